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
    if (failures === undefined) {
      for (let i = 0; i < entries.length; i += 3) entries[i + 1](entries[i])
      return
    }
    for (let i = 0; i < entries.length; i += 3) {
      const code = failures.get(i / 3)
      if (code === undefined) entries[i + 1](entries[i])
      else entries[i + 2](explain(code, entries[i]))
    }
  }

  /**
   * Rejects every write.
   * @param {() => MillraceError} error
   */
  reject(error) {
    const { entries } = this
    for (let i = 2; i < entries.length; i += 3) entries[i](error())
  }
}

exports.Queue = Queue
