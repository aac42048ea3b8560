'use strict'

// One measurement: some JS threads write to one store at once. The job comes as an argument, the answer goes to the
// parent as a message.

const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { makeFolder } = require('../peers/folder.js')

/** @typedef {import('./writer.js').Call} Call */
/**
 * @typedef {object} Job
 * @property {string} contender
 * @property {'awaited' | 'drained'} mode whether each write of a tick is waited for, or the tick
 * @property {number} threads
 * @property {number} types 1: all threads write to the same; else each to its own
 * @property {number} tick
 * @property {number} count writes of all threads together
 *
 * @typedef {{ wall: number, cpu: number }} Sample nanoseconds a write, end to end and of the CPU of all threads
 */

/** Writes of each thread before the measured ones, in a store that is then closed; all of them are compared. */
const WARM = 100_000
/** Of the measured ones as many as this are not compared for one that is. */
const STEP = 997

/** @param {Job} job @returns {Promise<Sample>} */
async function measure(job) {
  const next = new Int32Array(new SharedArrayBuffer(4))
  const threads = Array.from({ length: job.threads }, (_, thread) => (
    new Worker(join(__dirname, 'writer.js'), { workerData: { job, thread, next } })
  ))
  /** @param {Call} call */
  const askAll = (call) => Promise.all(threads.map((thread) => ask(thread, call)))

  /** @param {number} count @param {number} step */
  const run = async (count, step) => {
    const { path, remove } = makeFolder()
    const types = Array.from({ length: job.types }, (_, type) => `member${type}`)
    await askAll({ open: { path, types, tick: job.tick } })
    Atomics.store(next, 0, 0)
    const cpu = process.cpuUsage()
    const from = performance.now()
    await askAll({ write: count })
    const wall = performance.now() - from
    const { user, system } = process.cpuUsage(cpu)
    await ask(/** @type {Worker} */ (threads.at(-1)), { verify: count, step })
    await askAll({ close: true })
    remove()
    return { wall: wall * 1e6 / count, cpu: (user + system) * 1e3 / count }
  }

  await run(Math.min(WARM * job.threads, job.count), 1)
  return run(job.count, STEP)
}

/** @param {Worker} thread @param {Call} call */
function ask(thread, call) {
  thread.postMessage(call)
  return once(thread, 'message')
}

measure(JSON.parse(/** @type {string} */ (process.argv[2]))).then(
  (answer) => process.send?.(answer, () => process.exit(0)),
  (error) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
)
