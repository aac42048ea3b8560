'use strict'

const { strictEqual } = require('node:assert/strict')

/** @typedef {import('./subject.js').Subject} Subject */
/** @typedef {import('../workloads/workload.js').Fields} Fields */

/** Records that are compared after a measurement. */
const SOME = 100

/**
 * A fast wrong answer is no answer: the store must hold what was written.
 * @param {Subject} subject
 * @param {(index: number) => Fields | undefined} expected
 * @param {number} stored the number of records
 */
exports.verify = async ({ store, workload, count, thorough }, expected, stored) => {
  strictEqual(await store.count(), stored, 'the number of records')
  if (store.isBare) return
  const step = thorough ? 1 : Math.ceil(count / SOME)
  const indexes = Array.from({ length: Math.ceil(count / step) }, (_, n) => n * step).concat(count - 1)
  const rows = await (store.getMany?.(indexes) ?? indexes.map((index) => store.get(index)))
  for (const [place, index] of indexes.entries()) compare(workload, await rows[place], expected(index), index)
}

/**
 * @param {import('../workloads/workload.js').Workload} workload
 * @param {object | undefined} row
 * @param {Fields | undefined} expected
 * @param {number} index
 */
function compare({ fields }, row, expected, index) {
  strictEqual(row === undefined, expected === undefined, `whether there is a record ${index}`)
  if (row === undefined || expected === undefined) return
  for (const name of Object.keys(fields)) {
    strictEqual(/** @type {Fields} */ (row)[name], expected[name], `${name} of record ${index}`)
  }
}

exports.compare = compare
