'use strict'

const { measure, memory, settling } = require('./measure.js')
const { writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/** @param {import('./subject.js').Subject} subject @returns {Promise<import('./subject.js').Sample>} */
exports.create = async (subject) => {
  const { store, workload, count, clock } = subject
  const before = memory()
  /** @type {number[]} */
  let settled = []
  const sample = await measure(clock, count, async () => {
    settled = await writeTicks(subject, (n) => store.create(n))
  })
  const bytes = (memory() - before) / count
  await verify(subject, workload.record, count)
  return { ...sample, ...settling(settled), bytes }
}
