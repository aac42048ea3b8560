'use strict'

// What a create costs: millrace, lmdb and a Map on the same records, in one run.
//   npm install --prefix bench && npm run bench [-- --quick]

const { spawnSync } = require('node:child_process')
const { availableParallelism } = require('node:os')
const { parseArgs } = require('node:util')
const { threadClock } = require('./clock.js')
const { RECORDS_PER_TICK, measureAll } = require('./measure.js')
const { printRatios, printTable } = require('./report.js')

const HELP = `node bench/write.js [options]
  --quick       2 rounds instead of 5
  --records N   records a round (default 1,000,000), rounded up to whole ticks
  --rounds N    (default 5)
  --workers N   millrace's workers (default: what it chooses)`

async function main () {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      records: { type: 'string' },
      rounds: { type: 'string' },
      workers: { type: 'string' }
    }
  })
  if (values.help) return console.log(HELP)
  const workers = values.workers === undefined ? {} : { workers: natural('workers', values.workers, 0) }
  const ticks = natural('records', values.records ?? '1000000', 1) / RECORDS_PER_TICK
  const records = Math.ceil(ticks) * RECORDS_PER_TICK
  const rounds = natural('rounds', values.rounds ?? (values.quick ? '2' : '5'), 1)

  const peers = [require('./peers/millrace.js'), loadLmdb(), require('./peers/map.js')]
  const workload = require('./workloads/members.js')
  const clock = threadClock()
  const contenders = await measureAll(peers, { workload, records, rounds, options: workers, clock, onProgress: showProgress })
  showProgress('')

  console.log(`${workload.title}; ${records.toLocaleString('en-US')} records, ${RECORDS_PER_TICK.toLocaleString('en-US')} a tick
${rounds} interleaved rounds, each in a fresh store: median (min–max), nanoseconds a create
awaited: Promise.all over each tick; un-awaited: one wait at the end
JS thread: ${clock.name}
Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} CPUs
`)
  printTable(contenders)
  console.log('')
  printRatios(contenders)
}

/** @param {string} option @param {string} text @param {number} least */
function natural (option, text, least) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw new TypeError(`--${option} needs an integer from ${least}, not "${text}"`)
  return value
}

/** @returns {import('./peers/peer.js').Peer} */
function loadLmdb () {
  try {
    require.resolve('lmdb')
  } catch {
    throw new TypeError('The benchmark needs lmdb: run npm install --prefix bench')
  }
  return require('./peers/lmdb.js')
}

/** @param {string} text */
function showProgress (text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

if (globalThis.gc === undefined) {
  // The garbage of one contender must not be collected in the time of the next.
  const args = [...process.execArgv, '--expose-gc', __filename, ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  process.once('SIGINT', () => process.exit(130)) // with its exit listeners, which remove the temporary folders
  main().catch((error) => {
    console.error(error instanceof TypeError ? error.message : error)
    process.exitCode = 1
  })
}
