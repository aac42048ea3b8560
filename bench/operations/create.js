'use strict'

const { measure, memory, settling } = require('./measure.js')
const { writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/**
 * Of so many writes one comes before the measured ones, in the same store: looking at the memory makes V8's young
 * generation small, as that of a program that runs is not.
 */
const LEAD = 8

/** @param {import('./subject.js').Subject} subject @returns {Promise<import('./subject.js').Sample>} */
exports.create = async (subject) => {
  const { store, workload, tick, count, clock } = subject
  const before = memory()
  const lead = Math.floor(count / LEAD / tick) * tick
  const rest = count - lead
  await writeTicks({ ...subject, count: lead }, (n) => store.create(n))
  /** @type {number[]} */
  let settled = []
  const sample = await measure(clock, rest, async () => {
    settled = await writeTicks({ ...subject, count: rest }, (n) => store.create(lead + n))
  })
  const bytes = (memory() - before) / count
  await verify(subject, workload.record, count)
  return { ...sample, ...settling(settled), bytes }
}
