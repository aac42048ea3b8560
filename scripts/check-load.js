'use strict'
// Under load: memory of 20 million creates, reads of rows that workers write, the event loop's and libuv's latencies beside
// full load, CPU when idle after it. Prints what it measures, and asserts only what does not depend on how fast the machine
// is.
//   node scripts/check-load.js [--seconds 60] [--creates 20000000] [--idle 10]
const { spawn } = require('node:child_process')
const path = require('node:path')
const { parseArgs } = require('node:util')

const LOAD = path.join(__dirname, '..', '__test__', 'load')
const PROGRAMS = path.join(LOAD, 'programs')
// By a computed path: tests are not type-checked, and so stay out of what `tsc` follows from here.
/** @type {{ LOADS: Record<string, object> }} */
const { LOADS } = require(path.join(LOAD, 'support', 'reading.js'))
/** MiB that memory beyond the records may grow by: none is expected, but V8's heap has its ups and downs. */
const MOST_GROWTH = 32
/** Percent of a core that an idle db may take. */
const MOST_IDLE = 0.5

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    creates: { type: 'string', default: '20000000' },
    idle: { type: 'string', default: '10' }
  }
})

/**
 * Runs a program in a process of its own; gives what it printed. Throws if it does not end well.
 * @param {string} program @param {object} options @param {{ flags?: string[], env?: Record<string, string> }} [how]
 * @returns {Promise<string>}
 */
const run = (program, options, { flags = [], env = {} } = {}) => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, [...flags, path.join(PROGRAMS, program), JSON.stringify(options)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => { stdout += chunk })
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) resolve(stdout.trimEnd())
    else reject(new Error(`${program} ended with ${signal ?? code}\n${stdout}`))
  })
})

/** @param {number} time */
const shown = (time) => time.toFixed(2).padStart(8)

/** Prints the latencies beside nothing, beside a Map under the same load, and beside millrace. */
async function responsiveness() {
  for (const beside of ['nothing', 'map', 'millrace']) {
    const { rows, operations, resident } = JSON.parse(await run('responsiveness.js', { beside, seconds: Number(values.seconds) }))
    const rate = operations / Number(values.seconds) / 1e6
    console.log(`beside ${beside}: ${rate.toFixed(2)} million writes a second, ${(resident / 2 ** 20).toFixed(0)} MiB resident`)
    console.log('  ms                    p50      p99      max')
    for (const { kind, count, p50, p99, max } of rows) {
      if (count === 0) throw new Error(`${kind} was never sampled beside ${beside}`)
      console.log(`  ${kind.padEnd(16)}${shown(p50)} ${shown(p99)} ${shown(max)}`)
    }
  }
}

/** Prints how long reads take beside writes of the same type; the program asserts what they give. */
async function reads() {
  for (const [name, load] of Object.entries(LOADS)) {
    for (const workers of [1, 4]) {
      const options = { ...load, workers, seconds: Number(values.seconds) / 4 }
      const { get, scan, overlapped, operations } = JSON.parse(await run('reads.js', options))
      const rate = operations / options.seconds / 1e6
      console.log(`${name}, ${workers} workers: ${rate.toFixed(2)} million writes a second`)
      console.log(`  microseconds          p50      p99      max   (${overlapped.gets} of ${get.count} gets, ${overlapped.scans} of ${scan.count} scans beside work)`)
      for (const [kind, { p50, p99, max }] of Object.entries({ get, 'scan, a row': scan })) {
        console.log(`  ${kind.padEnd(16)}${shown(p50)} ${shown(p99)} ${shown(max)}`)
      }
      if (overlapped.gets === 0 || overlapped.scans === 0) throw new Error('no read met a worker at work')
    }
  }
}

async function idle() {
  for (const workers of [0, 1, 4]) {
    const percent = Number(await run('idle.js', { seconds: Number(values.idle), workers }, { flags: ['--expose-gc'] }))
    console.log(`idle after load, ${workers} workers: ${percent.toFixed(3)} % of a core`)
    if (!(percent < MOST_IDLE)) throw new Error(`more than ${MOST_IDLE} %`)
  }
}

/** @type {[string, () => Promise<void>][]} */
const CHECKS = [
  ['memory', async () => console.log(await run('many-creates.js', { creates: Number(values.creates), mostGrowth: MOST_GROWTH }))],
  ['libuv pool', async () => console.log(await run('pool.js', {}, { env: { UV_THREADPOOL_SIZE: '1' } }))],
  ['reads', reads],
  ['idle', idle],
  ['responsiveness', responsiveness]
]

async function main() {
  let failed = 0
  for (const [name, check] of CHECKS) {
    console.log(`== ${name}`)
    try {
      await check()
    } catch (error) {
      failed++
      console.log(`FAIL  ${name}: ${/** @type {Error} */ (error).message}`)
    }
  }
  console.log(`${CHECKS.length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
