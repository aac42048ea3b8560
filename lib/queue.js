'use strict'
// The queue of a run: for each write its tmpId and the two ends of its promise, in call order.

/** @typedef {import('./errors.js').MillraceError} MillraceError */

/** Places in the list of entries that a write takes. */
const ENTRY = 3
/** Up to here the list of entries grows as it must: to allocate it at once takes a microsecond. */
const FEW_WRITES = 32

/** @type {any[]} entries of the queue that was added to last, */
let into = []
/** and where the last write is in them. */
let at = 0
/**
 * One function for all promises: V8 inlines it where they are made, which a closure for each queue would prevent. It
 * stores into a list that is young: V8 would have to note each young function that is stored into a variable.
 * @param {(value: any) => void} resolve
 * @param {(error: Error) => void} reject
 */
const capture = (resolve, reject) => {
  into[at + 1] = resolve
  into[at + 2] = reject
}

class Queue {
  /** @param {number} writes that are expected */
  constructor(writes = 0) {
    /**
     * tmpId, resolve, reject of each write, one behind the other: an array an entry costs 30 ns more a write, and `push`
     * 10 ns.
     * @type {any[]}
     */
    // oxlint-disable-next-line no-new-array
    this.entries = writes < FEW_WRITES ? [] : new Array(ENTRY * writes)
    /** Entries that are in use. */
    this.length = 0
    /** Records and operations of the writes. */
    this.operations = 0
    /** Bytes of the region, once it was handed over. */
    this.bytes = 0
    /** The number of its batch. */
    this.number = 0
    /** @type {Map<number, number> | undefined} code of each write that failed, by its place */
    this.failures = undefined
  }

  /** The place of the next write. */
  get place() {
    return this.length / ENTRY
  }

  /**
   * Adds a write of so many operations; returns its promise, which settles with `tmpId`.
   * @template {number | number[]} Id
   * @param {Id} tmpId
   * @param {number} operations
   * @returns {Promise<Id>}
   */
  add(tmpId, operations) {
    const { entries, length } = this
    entries[length] = tmpId
    this.length = length + ENTRY
    this.operations += operations
    if (entries !== into) into = entries
    at = length
    return new Promise(capture)
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
    const { entries, failures, length } = this
    for (let i = 0; i < length; i += ENTRY) {
      const id = entries[i]
      const resolve = entries[i + 1]
      const code = failures === undefined ? undefined : failures.get(i / ENTRY)
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
    const { entries, length } = this
    for (let i = 0; i < length; i += ENTRY) entries[i + 2](error())
    this.length = 0
  }
}

exports.Queue = Queue
