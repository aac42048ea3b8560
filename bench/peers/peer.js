'use strict'

/**
 * What the benchmark compares: a peer opens fresh stores. Each has its own loop over the records of a tick, builds every
 * record inside it, and uses the peer as its documentation shows.
 * @typedef {object} Peer
 * @property {string} name
 * @property {readonly Mode[]} modes the modes in which it can be measured
 * @property {(workload: Workload, options: { workers?: number }) => Promise<Store>} open
 *
 * @typedef {'un-awaited' | 'awaited'} Mode
 *   un-awaited: nothing waits for a write until `settled()` at the very end; awaited: Promise.all over each tick
 *
 * @typedef {object} Store
 * @property {(first: number, count: number) => void} tick writes the records `first` to `first + count - 1`
 * @property {(first: number, count: number) => Promise<unknown>} awaitedTick the same; settles once they are all applied
 * @property {() => Promise<unknown>} settled settles once all that was written is applied and can be read
 * @property {() => number} count
 * @property {(index: number) => object | undefined} get the record that was written as number `index`
 * @property {() => Promise<void>} close also removes what is on disk
 *
 * @typedef {typeof import('../workloads/members.js')} Workload
 */

exports.modes = /** @type {const} */ (['un-awaited', 'awaited'])
