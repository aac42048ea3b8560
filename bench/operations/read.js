'use strict'

const { strictEqual } = require('node:assert/strict')
const { measure } = require('./measure.js')
const { shuffled } = require('./random.js')
const { fill } = require('./ticks.js')
const { compare, verify } = require('./verify.js')

/** @typedef {import('./subject.js').Subject} Subject */
/** @typedef {import('./subject.js').Sample} Sample */

/** @param {Subject} subject @returns {Promise<Sample>} */
exports.get = async (subject) => {
  const { workload, count, tick, clock } = subject
  await fill(subject)
  await verify(subject, workload.record, count)
  const ids = shuffled(count)
  await compareMany(subject, [...ids.subarray(0, tick)])
  globalThis.gc?.()
  // Once before it counts: the collection has thrown compiled code away that knew the stores of the warm-up.
  await readAll(subject, ids)
  let found = 0
  const sample = await measure(clock, count, async () => { found = await readAll(subject, ids) })
  strictEqual(found, count, 'the number of records that were found')
  return sample
}

/** @param {Subject} subject @param {Uint32Array} ids @returns {Promise<number>} how many records were found */
async function readAll({ store, tick }, ids) {
  let found = 0
  if (store.getMany === undefined) {
    for (const index of ids) if (store.get(index) !== undefined) found++
    return found
  }
  for (let first = 0; first < ids.length; first += tick) {
    const rows = await store.getMany([...ids.subarray(first, first + tick)])
    for (const row of rows) if (row !== undefined) found++
  }
  return found
}

/** @param {Subject} subject @param {number[]} indexes */
async function compareMany({ store, workload }, indexes) {
  const rows = await store.getMany?.(indexes)
  rows?.forEach((row, place) => {
    const index = /** @type {number} */ (indexes[place])
    compare(workload, row, workload.record(index), index)
  })
}

/** @param {Subject} subject @returns {Promise<Sample>} */
exports.scan = async (subject) => {
  const { store, workload, count, clock } = subject
  await fill(subject)
  let index = 0
  await store.scan((row) => {
    compare(workload, row, workload.record(index), index)
    index++
  })
  strictEqual(index, count, 'the number of rows of the first scan')
  globalThis.gc?.()
  let rows = 0
  const sample = await measure(clock, count, async () => {
    await store.scan((row) => {
      if (row !== undefined) rows++
    })
  })
  strictEqual(rows, count, 'the number of rows')
  return sample
}
