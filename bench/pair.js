'use strict'

// Compares checkouts of millrace, each built, in one process, some milliseconds of each in turn: what else the machine does falls on
// all of them. Differences of 3 % show, where processes differ by a fifth from one to the next; look at both orders, and at a checkout
// beside a copy of itself.
//   node bench/pair.js --mode awaited --tick 1000 ../before .

const { join, resolve } = require('node:path')
const { performance } = require('node:perf_hooks')
const { setTimeout } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { threadClock } = require('./clock.js')
const { medianOf } = require('./summary.js')

/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {{ name: string, write: (from: number, count: number) => Promise<unknown>, written: number, wall: number[], thread: number[] }} Contender */

/** Writes of a round, some 10 ms, and rounds that come first: V8 compiles. */
const [WRITES, WARM] = [50_000, 10]
/** Milliseconds between two contenders: the worker of the one before sleeps then. */
const PAUSE = 2
const OPTIONS = /** @type {const} */ ({
  workload: { type: 'string', default: 'members' },
  peer: { type: 'string', default: 'millrace' },
  mode: { type: 'string', default: 'un-awaited' },
  tick: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '60' }
})

/**
 * Opens a store with the code of a checkout, and that of its benchmark: V8 compiles it for this one alone.
 * @param {string} name @param {{ workload: string, peer: string, mode: import('./peers/peer.js').Mode, tick: number }} job
 * @returns {Promise<Contender>}
 */
async function enter(name, { workload, peer, mode, tick }) {
  const bench = join(resolve(name), 'bench')
  const own = require(join(bench, 'workloads', 'index.js')).workloads.find((/** @type {{ name: string }} */ one) => one.name === workload)
  /** @type {Peer | undefined} */
  const opener = require(join(bench, 'peers', 'index.js')).peers.find((/** @type {Peer} */ one) => one.name === peer)
  if (own?.operation !== 'create') throw new TypeError(`${name} has no creates ${workload}`)
  if (!opener?.modes.includes(mode)) throw new TypeError(`${name} has no peer ${peer} with the mode ${mode}`)
  const { writeTicks } = require(join(bench, 'operations', 'ticks.js'))
  const store = await opener.open(own, { mode, tick })
  return {
    name,
    write: (from, count) => writeTicks({ store, mode, tick, count }, (/** @type {number} */ n) => store.create(from + n)),
    written: 0,
    wall: [],
    thread: []
  }
}

async function main() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  const [first] = positionals
  if (first === undefined || positionals.length < 2) throw new TypeError('Give two checkouts or more')
  const [tick, rounds] = [Number(values.tick), Number(values.rounds)]
  if (![tick, rounds].every((number) => Number.isInteger(number) && number > 0)) throw new TypeError('--tick and --rounds need integers from 1')
  const job = { workload: values.workload, peer: values.peer, mode: /** @type {import('./peers/peer.js').Mode} */ (values.mode), tick }
  const count = Math.ceil(WRITES / tick) * tick
  /** @type {Contender[]} */
  const contenders = []
  for (const name of positionals) contenders.push(await enter(name, job))
  const clock = threadClock()
  for (let round = -WARM; round < rounds; round++) {
    for (const place of contenders.keys()) {
      const contender = /** @type {Contender} */ (contenders[(place + WARM + round) % contenders.length])
      await setTimeout(PAUSE)
      const [thread, wall] = [clock.now(), performance.now()]
      await contender.write(contender.written, count)
      const took = performance.now() - wall
      contender.written += count
      if (round < 0) continue
      contender.wall.push(took * 1e6 / count)
      contender.thread.push((clock.now() - thread) / count)
    }
  }
  const against = (/** @type {number[]} */ values, /** @type {number[]} */ base) => (
    `${medianOf(values).toFixed(0)} (${medianOf(values.map((value, round) => value / (base[round] ?? NaN))).toFixed(3)})`
  )
  console.log(`${values.workload}, ${values.mode}, ${tick} a tick: ns a write, in brackets against the first; medians of ${rounds} rounds`)
  const [base] = /** @type {[Contender]} */ (contenders)
  for (const { name, wall, thread } of contenders) {
    console.log(`${name}: end to end ${against(wall, base.wall)}, JS thread ${against(thread, base.thread)}`)
  }
  process.exit()
}

main().catch((error) => {
  console.error(error instanceof TypeError ? error.message : error)
  process.exitCode = 1
})
