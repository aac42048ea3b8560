'use strict'

// One of the JS threads that write at once. It does what the process (measure.js) asks, and tells when it is done.

const { strictEqual } = require('node:assert/strict')
const { parentPort, workerData } = require('node:worker_threads')
const { record } = require('../workloads/members.js')
const { contenders } = require('./stores.js')

/** @typedef {import('./stores.js').Store} Store */
/** @typedef {{ open: import('./stores.js').Place } | { write: number } | { verify: number, step: number } | { close: true }} Call */

/** @type {{ job: import('./measure.js').Job, thread: number, next: Int32Array }} `next`: the first record that no thread has taken */
const { job, thread, next } = workerData
const { mode, tick } = job
const type = thread % job.types

/** @type {Store} */
let store

/** Writes records, a tick at a time, until the threads have written `count` of them. @param {number} count */
async function write(count) {
  for (let first; (first = Atomics.add(next, 0, tick)) < count;) {
    if (mode === 'awaited') await writeTick(first)
    else await drainTick(first)
  }
}

/** @param {number} first */
function writeTick(first) {
  const writes = []
  for (let index = first; index < first + tick; index++) writes.push(store.create(type, index))
  return Promise.all(writes)
}

/** @param {number} first */
function drainTick(first) {
  for (let index = first; index < first + tick; index++) store.create(type, index)
  return store.settled()
}

/**
 * Each of `count` records must be there once, and every `step`th is compared.
 * @param {number} count @param {number} step
 */
function verify(count, step) {
  const seen = new Uint8Array(count)
  let rows = 0
  store.scan((row) => {
    const stored = /** @type {import('../workloads/workload.js').Fields} */ (row)
    const index = Number(stored.score) - 0.5
    strictEqual(seen[index], 0, `how often record ${index} was there before`)
    seen[index] = 1
    rows++
    if (index % step !== 0) return
    for (const [name, value] of Object.entries(record(index))) strictEqual(stored[name], value, `${name} of record ${index}`)
  })
  strictEqual(rows, count, 'the number of records')
}

/** @param {Call} call */
async function answer(call) {
  if ('write' in call) return write(call.write)
  if ('verify' in call) return verify(call.verify, call.step)
  if ('close' in call) return store.close()
  const { open } = /** @type {import('./stores.js').Contender} */ (contenders.find(({ name }) => name === job.contender))
  store = await open(call.open)
}

// What fails here ends the thread, and so the measurement.
parentPort?.on('message', async (call) => {
  await answer(call)
  parentPort?.postMessage('done')
})
