'use strict'

// The worker of the peer worker_threads: a Map that answers messages.
const { parentPort } = require('node:worker_threads')

/** @typedef {import('./peer.js').Fields} Fields */
/**
 * @typedef {{ put: { index: number, record: object }[] }
 *   | { modify: { index: number, changes: Fields }[] }
 *   | { delete: number[] } | { get: number[] } | { count: true } | { scan: number, limit: number }} Call
 */

/** @type {Map<number, object>} */
const records = new Map()
/** @type {IterableIterator<object>} */
let cursor

/** @param {Call} call */
function answer(call) {
  if ('put' in call) for (const { index, record } of call.put) records.set(index, record)
  if ('modify' in call) {
    for (const { index, changes } of call.modify) Object.assign(/** @type {object} */ (records.get(index)), changes)
  }
  if ('delete' in call) for (const index of call.delete) records.delete(index)
  if ('get' in call) return call.get.map((index) => records.get(index))
  if ('count' in call) return records.size
  if ('scan' in call) return scan(call.scan, call.limit)
  return true
}

/** @param {number} from @param {number} limit */
function scan(from, limit) {
  if (from === 0) cursor = records.values()
  const rows = []
  while (rows.length < limit) {
    const { done, value } = cursor.next()
    if (done) break
    rows.push(value)
  }
  return rows
}

parentPort?.on('message', (call) => parentPort?.postMessage(answer(call)))
