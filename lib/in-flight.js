'use strict'
// The batches that were handed over and not settled yet, and who waits for them.

const { setImmediate } = require('node:timers')

/** @typedef {import('./queue.js').Queue} Queue */
/** @typedef {import('./errors.js').MillraceError} MillraceError */

/** Batches that there is room for at first, and so many that a list for more is given back once all have ended; powers of two. */
const [SOME, MANY] = [16, 4096]

class InFlight {
  /**
   * Each batch at the addon's number for it modulo the length, which is a power of two. Not a `Map`: V8 makes its table anew every few
   * batches, and once a full collection has seen it the tables that are left behind keep batches, with what they refer to, alive until
   * the next one.
   * @type {(Queue | undefined)[]}
   */
  #batches = emptyList(SOME)
  /** The addon's number for the oldest batch. */
  #first = 0
  /** @type {{ number: number, resolve: () => void, reject: (error: Error) => void }[]} in the order of their numbers */
  #waiters = []
  /** Number of the last batch: unlike the addon's it never wraps, and checkpoints have none. */
  #number = 0
  /** Batches that were handed over and not settled. */
  size = 0
  /** Bytes of the batches. */
  bytes = 0
  /** Batches that have ended. */
  ended = 0

  /** @param {number} seq @param {Queue} queue */
  add(seq, queue) {
    if (this.size === 0) this.#first = seq
    while ((seq - this.#first) >>> 0 >= this.#batches.length) this.#grow()
    queue.number = ++this.#number
    queue.seq = seq
    this.#batches[this.#place(seq)] = queue
    this.bytes += queue.bytes
    this.size++
  }

  /** @param {number} seq @returns {Queue} */
  queue(seq) {
    const queue = this.#batches[this.#place(seq)]
    if (queue === undefined || queue.seq !== seq) throw new Error(`batch ${seq} is not in flight`)
    return queue
  }

  /** @param {number} seq */
  remove(seq) {
    const queue = this.queue(seq)
    this.#batches[this.#place(seq)] = undefined
    this.bytes -= queue.bytes
    this.size--
    this.ended++
    if (this.size > 0) {
      // Batches of several workers end in any order, and checkpoints have numbers too.
      while (this.#batches[this.#place(this.#first)] === undefined) this.#first++
    } else if (this.#batches.length > MANY) {
      this.#batches = emptyList(SOME)
    }
    return queue
  }

  /** @param {number} seq the addon's, which wraps at 2 ** 32 */
  #place(seq) {
    return seq & (this.#batches.length - 1)
  }

  #grow() {
    const before = this.#batches
    this.#batches = emptyList(2 * before.length)
    for (let i = 0; i < before.length; i++) {
      const seq = this.#first + i
      this.#batches[this.#place(seq)] = before[seq & (before.length - 1)]
    }
  }

  /**
   * Resolves once every batch that is in flight now is settled; rejects if the store is poisoned first.
   * @returns {Promise<void>}
   */
  settled() {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiters.push({ number: this.#number, resolve, reject })
    })
  }

  /** Resolves once nothing is in flight, poisoned or not. */
  async quiet() {
    while (this.size > 0) await this.settled().catch(() => new Promise(setImmediate))
  }

  /** Resolves those whose batches are all settled. */
  wake() {
    if (this.#waiters.length === 0) return
    const before = this.#batches[this.#place(this.#first)]?.number ?? Infinity
    let ready = 0
    while (ready < this.#waiters.length && this.#waiters[ready].number < before) this.#waiters[ready++].resolve()
    this.#waiters.splice(0, ready)
  }

  /**
   * Rejects all who wait.
   * @param {() => MillraceError} error
   */
  fail(error) {
    for (const { reject } of this.#waiters.splice(0)) reject(error())
  }
}

/** @param {number} length @returns {(Queue | undefined)[]} a list without holes */
// oxlint-disable-next-line no-new-array
const emptyList = (length) => new Array(length).fill(undefined)

exports.InFlight = InFlight
