'use strict'
// The queue of a run: for each write its tmpId and the end of its promise, in call order.

/** @typedef {import('./errors.js').MillraceError} MillraceError */

/** Places in the list of entries that a write takes. */
const ENTRY = 2
/** Up to here the list of entries grows as it must: to allocate it at once takes a microsecond. */
const FEW_WRITES = 32

/**
 * What `resolve` of a promise is given to reject it: what getting `then` throws rejects at once (ECMA-262, Promise Resolve
 * Functions, step 10). So `reject` need not be kept: V8 then never makes it, and its collector never copies it.
 */
class Rejection {
  /** @param {Error} error */
  constructor(error) {
    this.error = error
  }

  // oxlint-disable-next-line unicorn/no-thenable
  get then() {
    throw this.error
  }
}

/** @type {Queue} the queue that was added to last */
let current
/**
 * One function for all promises: V8 inlines it where they are made, which a closure for each queue would prevent. It
 * stores into an object that is young: what is stored into variables of this file, V8 would have to note, 5 ns a write.
 * @param {(value: any) => void} resolve
 */
const capture = (resolve) => { current.made = resolve }

class Queue {
  /** @param {number} writes that are expected */
  constructor(writes = 0) {
    /**
     * tmpId and `resolve` of each write, one behind the other: an array an entry costs 30 ns more a write, and `push` 10 ns.
     * @type {any[]}
     */
    // oxlint-disable-next-line no-new-array
    this.entries = writes < FEW_WRITES ? [] : new Array(ENTRY * writes)
    /** Entries that are in use. */
    this.length = 0
    /** `resolve` of the promise that was made last. @type {((value: any) => void) | undefined} */
    this.made = undefined
    /** Records and operations of the writes. */
    this.operations = 0
    /** Bytes of the region, once it was handed over. */
    this.bytes = 0
    /** The number of its batch, */
    this.number = 0
    /** and the addon's for it. */
    this.seq = 0
    /** @type {Map<number, number> | undefined} code of each write that failed, by its place */
    this.failures = undefined
    /** Whether every write is settled. */
    this.isSettled = false
  }

  /** How many writes it has. */
  get count() {
    return this.length / ENTRY
  }

  /**
   * Adds a write of so many operations, which settles with `tmpId`; returns its place.
   * @param {number | number[]} tmpId
   * @param {number} operations
   */
  add(tmpId, operations) {
    const at = this.length
    this.entries[at] = tmpId
    this.length = at + ENTRY
    this.operations += operations
    return at / ENTRY
  }

  /**
   * Makes the promise of the write at `place`. A hook of `async_hooks` that runs then may write, here or to another db, and hand
   * this run over.
   * @param {number} place
   * @returns {Promise<any>}
   */
  promise(place) {
    const { entries } = this
    const at = place * ENTRY
    current = this
    const promise = new Promise(capture)
    const { made } = current
    current.made = undefined
    if (!this.isSettled) entries[at + 1] = made
    else made?.(entries[at + 1])
    return promise
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
    const { failures } = this
    this.#end((at, id) => {
      const code = failures?.get(at / ENTRY)
      return code === undefined ? id : new Rejection(explain(code, id))
    })
  }

  /**
   * Rejects every write.
   * @param {() => MillraceError} error
   */
  reject(error) {
    this.#end(() => new Rejection(error()))
  }

  /** @param {(at: number, id: any) => any} outcomeOf what the promise of a write is resolved with */
  #end(outcomeOf) {
    const { entries, length } = this
    for (let at = 0; at < length; at += ENTRY) {
      const outcome = outcomeOf(at, entries[at])
      const resolve = entries[at + 1]
      // A list that has grown old would keep its functions, and so the promises, alive until the next full collection:
      // clearing it makes un-awaited creates a third faster end to end.
      entries[at] = entries[at + 1] = undefined
      // There is none yet while a hook runs where the promise is made; and a promise that was made at the end of the stack
      // has rejected already.
      if (resolve === undefined) entries[at + 1] = outcome
      else resolve(outcome)
    }
    this.isSettled = true
  }
}

exports.Queue = Queue
