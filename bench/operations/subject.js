'use strict'

/**
 * What an operation is measured on.
 * @typedef {object} Subject
 * @property {import('../peers/peer.js').Store} store a fresh one
 * @property {() => Promise<import('../peers/peer.js').Store>} open opens another one
 * @property {import('../workloads/workload.js').Workload} workload
 * @property {import('../peers/peer.js').Mode} mode
 * @property {number} tick
 * @property {number} count
 * @property {boolean} thorough compare every record and not only some
 * @property {import('../clock.js').ThreadClock} clock
 *
 * @typedef {object} Sample what one round gives
 * @property {number} wall nanoseconds a write (or read), end to end
 * @property {number} [thread] the same of the JS thread's CPU
 * @property {number} [cpu] the same of the CPU of all threads
 * @property {number} [delay] the event loop's delay, 99th percentile, milliseconds
 * @property {number} [settle50] from the first call of a tick until all of it has settled, median, microseconds
 * @property {number} [settle99]
 * @property {number} [bytes] of RSS, a record
 * @property {Mark[]} [growth]
 *
 * @typedef {object} Mark what a create costs when so many records are stored
 * @property {number} stored
 * @property {number} wall nanoseconds a create
 * @property {number} fresh the same in a new store at that moment
 * @property {number} ratio of the two, the median of pairs of windows
 */
module.exports = {}
