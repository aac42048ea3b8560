'use strict'

const { performance } = require('node:perf_hooks')
const { medianOf } = require('../summary.js')
const { measure } = require('./measure.js')
const { writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/** Records that are stored when a create's cost is looked at. */
const MARKS = [10_000, 100_000, 1_000_000, 5_000_000, 20_000_000]
/** Windows at each mark, and ticks of each. */
const WINDOWS = 45
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
  const sample = await measure(clock, count, async () => {
    for (const mark of MARKS.filter((mark) => mark <= count)) {
      await write(Math.max(0, mark - stored))
      const windows = []
      for (let window = 0; window < WINDOWS; window++) {
        const from = performance.now()
        await write(TICKS * tick)
        windows.push((performance.now() - from) * 1e6 / (TICKS * tick))
      }
      growth.push({ stored: mark, wall: medianOf(windows) })
    }
    await write(Math.max(0, count - stored))
  })
  await verify({ ...subject, count: stored }, workload.record, stored)
  return { ...sample, growth }
}
