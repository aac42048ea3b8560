'use strict'

/**
 * What the benchmark compares. A peer opens fresh stores and uses them as its documentation shows is best. Each store
 * lives in a process of its own, so that the loops that call it are compiled for it alone. A peer's package is loaded by
 * `open`: what is not installed must not stop the others.
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} use how it is used, for the report
 * @property {string} [package] the npm package that must be installed
 * @property {number} [node] the major version of Node that it needs, if it is not the one that runs the benchmark
 * @property {readonly Mode[]} modes
 * @property {number} [slow] in ticks of less than a hundred it is measured on so many times fewer writes
 * @property {readonly Operation[]} [operations] what it can do; all but growth by default
 * @property {readonly string[]} [workloads] the only workloads that it is measured on
 * @property {(workload: Workload, job: { mode: Mode, tick: number }) => Promise<Store>} open
 *
 * @typedef {'un-awaited' | 'awaited' | 'sync'} Mode
 *   un-awaited: nothing waits for a write until the very end, and the event loop turns after each tick;
 *   awaited: all writes of a tick are waited for before the next; sync: a write has happened when its call returns
 *
 * @typedef {object} Store what `index` means is said at {@link Workload}; ids start at 1
 * @property {() => void} [begin] comes before the writes of a tick
 * @property {(index: number) => Promise<unknown> | void} create
 * @property {(index: number, changes: Fields) => Promise<unknown> | void} modify
 * @property {(index: number) => Promise<unknown> | void} delete
 * @property {() => Promise<unknown> | void} [end] comes after the writes of a tick, for peers that are given a tick at a
 *   time; its promise stands for all of them
 * @property {() => Promise<unknown> | void} settled all that was written is applied and can be read
 * @property {() => number | Promise<number>} count
 * @property {(index: number) => Row | undefined | Promise<Row | undefined>} get
 * @property {(indexes: number[]) => Promise<(Row | undefined)[]>} [getMany] for peers whose `get` is a promise
 * @property {(visit: (row: Row) => void) => Promise<void> | void} scan visits all records of the first type by id
 * @property {boolean} [isBare] nothing is kept, so nothing can be read: a floor
 * @property {() => Promise<void> | void} close also removes what is on disk
 *
 * @typedef {object} Row a record that was read: an object with its fields, and perhaps more
 *
 * @typedef {import('../workloads/workload.js').Workload} Workload
 * @typedef {import('../workloads/workload.js').Operation} Operation
 * @typedef {import('../workloads/workload.js').Fields} Fields
 */

exports.promises = /** @type {const} */ (['un-awaited', 'awaited'])
exports.sync = /** @type {const} */ (['sync'])
