'use strict'
// The queue of a run: for each write its tmpId and the two ends of its promise, in call order.

/** @typedef {import('./errors.js').MillraceError} MillraceError */

/** Places in the list of entries that a write takes. */
const ENTRY = 3
/** Up to here the list of entries grows as it must: to allocate it at once takes a microsecond. */
const FEW_WRITES = 32

/** @type {Queue} the queue that was added to last */
let current
/**
 * One function for all promises: V8 inlines it where they are made, which a closure for each queue would prevent. It
 * stores into a list that is young: what is stored into variables of this file, V8 would have to note, 5 ns a write.
 * @param {(value: any) => void} resolve
 * @param {(error: Error) => void} reject
 */
const capture = (resolve, reject) => {
  const { entries, length } = current
  entries[length + 1] = resolve
  entries[length + 2] = reject
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
    if (current !== this) current = this
    const promise = new Promise(capture)
    // Now, since a hook of `async_hooks` that runs where a promise is made may write, here or to another db.
    if (current !== this) this.#takeFrom(current)
    const { entries, length } = this
    entries[length] = tmpId
    this.length = length + ENTRY
    this.operations += operations
    return promise
  }

  /** The functions of a promise of this queue are where those of the next one of `other` belong. @param {Queue} other */
  #takeFrom(other) {
    for (let i = 1; i < ENTRY; i++) {
      this.entries[this.length + i] = other.entries[other.length + i]
      other.entries[other.length + i] = undefined
    }
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
      // A promise that was made at the end of the stack has rejected already, and has no functions.
      if (code === undefined) resolve?.(id)
      else entries[i + 2]?.(explain(code, id))
      // A list that has grown old would keep its functions, and so the promises, alive until the next full collection:
      // clearing it makes un-awaited creates a third faster end to end.
      entries[i] = entries[i + 1] = entries[i + 2] = undefined
    }
  }

  /**
   * Rejects every write.
   * @param {() => MillraceError} error
   */
  reject(error) {
    const { entries, length } = this
    for (let i = 0; i < length; i += ENTRY) entries[i + 2]?.(error())
    entries.length = this.length = 0
  }
}

exports.Queue = Queue
