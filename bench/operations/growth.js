'use strict'

const { performance } = require('node:perf_hooks')
const { setTimeout } = require('node:timers/promises')
const { medianOf } = require('../summary.js')
const { writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/** Records that are stored when a create's cost is looked at, further from each other than the windows take. */
const MARKS = [10_000, 300_000, 1_000_000, 5_000_000, 20_000_000]
/**
 * Windows from each mark on, before the next one, and ticks of each: with few of them the wait for the last one would count too much.
 * Each is followed by one of a store that is new at the mark: in the seconds from a mark to the next a machine changes more than a
 * create's cost does.
 */
const WINDOWS = 25
const TICKS = 10
/** Milliseconds before a window, in which the workers of the other store go to sleep. */
const REST = 2

/** Writes records, one behind the other. */
class Writer {
  stored = 0

  /** @param {import('../peers/peer.js').Store} store @param {number} tick */
  constructor(store, tick) {
    this.store = store
    this.tick = tick
  }

  /** @param {number} count */
  async write(count) {
    const { store, tick, stored } = this
    await writeTicks({ store, mode: 'un-awaited', tick, count }, (n) => store.create(stored + n))
    this.stored += count
  }

  /** Nanoseconds a create. @param {number} count */
  async time(count) {
    await setTimeout(REST)
    const from = performance.now()
    await this.write(count)
    return (performance.now() - from) * 1e6 / count
  }
}

/**
 * What a create costs while the store grows to `count` records, and what it costs in a new one at that moment: at each mark, the
 * medians of some windows.
 * @param {import('./subject.js').Subject} subject
 * @returns {Promise<import('./subject.js').Sample>}
 */
exports.growth = async (subject) => {
  const { store, open, workload, tick, count } = subject
  const grown = new Writer(store, tick)
  /** @type {import('./subject.js').Mark[]} */
  const growth = []
  const writes = TICKS * tick
  const marks = MARKS.filter((mark) => mark <= count)
  const all = Math.max(count, ...marks.map((mark) => mark + WINDOWS * writes))
  for (const mark of marks) {
    await grown.write(mark - grown.stored)
    const small = await open()
    growth.push({ stored: mark, ...await compareStores(grown, new Writer(small, tick), writes) })
    await small.close()
  }
  await grown.write(all - grown.stored)
  await verify({ ...subject, count: grown.stored }, workload.record, grown.stored)
  return { wall: medianOf(growth.map(({ wall }) => wall)), growth }
}

/** @param {Writer} grown @param {Writer} small @param {number} writes of a window */
async function compareStores(grown, small, writes) {
  await small.write(/** @type {number} */ (MARKS[0]))
  /** @type {{ wall: number, fresh: number }[]} */
  const windows = []
  for (let window = 0; window < WINDOWS; window++) {
    windows.push({ wall: await grown.time(writes), fresh: await small.time(writes) })
  }
  return {
    wall: medianOf(windows.map(({ wall }) => wall)),
    fresh: medianOf(windows.map(({ fresh }) => fresh)),
    ratio: medianOf(windows.map(({ wall, fresh }) => wall / fresh))
  }
}
