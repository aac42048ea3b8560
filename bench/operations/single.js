'use strict'

const { performance } = require('node:perf_hooks')
const { measure, settling } = require('./measure.js')
const { verify } = require('./verify.js')

/**
 * One create at a time, each waited for without `Promise.all` around it.
 * @param {import('./subject.js').Subject} subject
 * @returns {Promise<import('./subject.js').Sample>}
 */
exports.single = async (subject) => {
  const { store, workload, count, clock } = subject
  /** @type {number[]} */
  const settled = []
  const sample = await measure(clock, count, async () => {
    for (let n = 0; n < count; n++) {
      const from = performance.now()
      store.begin?.()
      const written = store.create(n)
      const ended = store.end?.()
      if (written !== undefined) await written
      if (ended !== undefined) await ended
      settled.push(performance.now() - from)
    }
  })
  await verify(subject, workload.record, count)
  return { ...sample, ...settling(settled) }
}
