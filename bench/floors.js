'use strict'

// What turns of the event loop and answers of other threads cost, each alone in a loop. The floors of a create and of a get are
// measured beside the others (peers/bare.js, peers/bare-get.js).
//   node bench/floors.js     (after a run of the benchmark, which builds its native parts)

const { spawnSync } = require('node:child_process')
const { setImmediate } = require('node:timers/promises')
const { loadFloor } = require('./native.js')

/** @typedef {{ what: string, ns: number }} Floor nanoseconds a turn */

/** Turns between two looks at the clock, and how often. */
const CALLS = 1000
const TICKS = 20
const ROUNDS = 7

/** Nothing but turns of the event loop. */
async function turns() {
  for (let i = 0; i < CALLS; i++) await setImmediate()
}

/** Turns in each of which a thread that spins is told of work, and tells when it is done by a threadsafe function. */
async function answeredTurns() {
  const { Echo } = loadFloor()
  let [calls, answers] = [0, 0]
  const echo = new Echo(() => answers++, true)
  const ns = await least(async () => {
    for (let i = 0; i < CALLS; i++) {
      calls++
      echo.call()
      do await setImmediate(); while (answers < calls)
    }
  })
  echo.stop()
  return ns
}

/** @param {() => unknown} part @returns {Promise<number>} the least of some rounds: what the machine does beside is no part of it */
async function least(part) {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let tick = 0; tick < TICKS; tick++) await part()
    best = Math.min(best, (performance.now() - start) * 1e6 / (CALLS * TICKS))
  }
  return best
}

/** @returns {Promise<Floor[]>} */
async function measure() {
  const turn = await least(turns)
  const answered = await answeredTurns()
  return [
    { what: 'a turn of the event loop, which every un-awaited tick has', ns: turn },
    {
      what: 'what work for a thread that spins, and its answer by a threadsafe function, add to a turn',
      ns: Math.max(0, answered - turn)
    }
  ]
}

/** Measures in a process of its own. @returns {Floor[]} */
exports.measureFloors = () => {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [__filename], { encoding: 'utf8' })
  if (error !== undefined || status !== 0) throw error ?? new Error(`the floors failed: ${stderr}`)
  return JSON.parse(stdout)
}

if (require.main === module) measure().then((floors) => console.log(JSON.stringify(floors)), (error) => { throw error })
