'use strict'

const { measure, settling } = require('./measure.js')
const { shuffled, targets } = require('./random.js')
const { fill, writeTicks } = require('./ticks.js')
const { verify } = require('./verify.js')

/** @typedef {import('./subject.js').Subject} Subject */
/** @typedef {import('./subject.js').Sample} Sample */

/** @param {Subject} subject @returns {Promise<Sample>} */
exports.modify = async (subject) => {
  const { store, workload: { record, changes }, count } = subject
  if (changes === undefined) throw new TypeError('The workload says no changes')
  const ids = targets(count)
  const sample = await change(subject, (n) => store.modify(/** @type {number} */ (ids[n]), changes(n)))
  const last = new Map([...ids].map((index, n) => [index, n]))
  await verify(subject, (index) => {
    const n = last.get(index)
    return n === undefined ? record(index) : { ...record(index), ...changes(n) }
  }, count)
  return sample
}

/** @param {Subject} subject @returns {Promise<Sample>} */
exports.remove = async (subject) => {
  const { store, count } = subject
  const ids = shuffled(count)
  const sample = await change(subject, (n) => store.delete(/** @type {number} */ (ids[n])))
  await verify(subject, () => undefined, 0)
  return sample
}

/** @param {Subject} subject @param {import('./ticks.js').Write} write @returns {Promise<Sample>} */
async function change(subject, write) {
  await fill(subject)
  globalThis.gc?.()
  /** @type {number[]} */
  let settled = []
  const sample = await measure(subject.clock, subject.count, async () => {
    settled = await writeTicks(subject, write)
  })
  return { ...sample, ...settling(settled) }
}
