'use strict'
// The queue of a run: for each write its tmpId and the two ends of its promise, in call order.

/** @typedef {import('./errors.js').MillraceError} MillraceError */

class Queue {
  constructor() {
    /**
     * tmpId, resolve, reject of each write, one behind the other: an array an entry costs 30 ns more a write.
     * @type {any[]}
     */
    this.entries = []
    /** Records and operations of the writes. */
    this.operations = 0
    /** Bytes of the region, once it was handed over. */
    this.bytes = 0
    /** @type {Map<number, number> | undefined} code of each write that failed, by its place */
    this.failures = undefined
  }

  /** The place of the next write. */
  get place() {
    return this.entries.length / 3
  }

  /**
   * The write at `place` could not be applied.
   * @param {number} place
   * @param {number} code
   */
  fail(place, code) {
    this.failures ??= new Map()
    this.failures.set(place, code)
  }

  /**
   * Settles every write in call order; `explain` makes the error of one that failed.
   * @param {(code: number, id: number) => MillraceError} explain
   */
  settle(explain) {
    const { entries, failures } = this
    for (let i = 0; i < entries.length; i += 3) {
      const id = entries[i]
      const resolve = entries[i + 1]
      const code = failures === undefined ? undefined : failures.get(i / 3)
      if (code === undefined) resolve(id)
      else entries[i + 2](explain(code, id))
      // A list that has grown old would keep its functions, and so the promises, alive until the next full collection:
      // clearing it makes un-awaited creates a third faster end to end.
      entries[i + 1] = entries[i + 2] = undefined
    }
  }

  /**
   * Rejects every write.
   * @param {() => MillraceError} error
   */
  reject(error) {
    const { entries } = this
    for (let i = 2; i < entries.length; i += 3) entries[i](error())
    entries.length = 0
  }
}

exports.Queue = Queue
