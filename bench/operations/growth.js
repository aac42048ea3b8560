'use strict'

const { performance } = require('node:perf_hooks')
const { medianOf } = require('../summary.js')
const { measure } = require('./measure.js')
const { writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/** Records that are stored when a create's cost is looked at. */
const MARKS = [10_000, 200_000, 1_000_000, 5_000_000, 20_000_000]
/** Windows from each mark on, before the next one, and ticks of each: with few of them the wait for the last one would count too much. */
const WINDOWS = 15
const TICKS = 10

/**
 * What a create costs while the store grows to `count` records: at each mark, the median of some windows.
 * @param {import('./subject.js').Subject} subject
 * @returns {Promise<import('./subject.js').Sample>}
 */
exports.growth = async (subject) => {
  const { store, workload, tick, count, clock } = subject
  let stored = 0
  /** @param {number} writes */
  const write = async (writes) => {
    const first = stored
    await writeTicks({ store, mode: 'un-awaited', tick, count: writes }, (n) => store.create(first + n))
    stored += writes
  }
  /** @type {{ stored: number, wall: number }[]} */
  const growth = []
  const writes = TICKS * tick
  const marks = MARKS.filter((mark) => mark <= count)
  const all = Math.max(count, ...marks.map((mark) => mark + WINDOWS * writes))
  const sample = await measure(clock, all, async () => {
    for (const mark of marks) {
      await write(mark - stored)
      const windows = []
      for (let window = 0; window < WINDOWS; window++) {
        const from = performance.now()
        await write(writes)
        windows.push((performance.now() - from) * 1e6 / writes)
      }
      growth.push({ stored: mark, wall: medianOf(windows) })
    }
    await write(all - stored)
  })
  await verify({ ...subject, count: stored }, workload.record, stored)
  return { ...sample, growth }
}
