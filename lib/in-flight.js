'use strict'
// The batches that were handed over and not settled yet, and who waits for them.

/** @typedef {import('./queue.js').Queue} Queue */
/** @typedef {import('./errors.js').MillraceError} MillraceError */

class InFlight {
  /** @type {Map<number, Queue>} by the addon's number, in the order of hand-over */
  #batches = new Map()
  /** @type {{ number: number, resolve: () => void, reject: (error: Error) => void }[]} in the order of their numbers */
  #waiters = []
  /** Number of the last batch: unlike the addon's it never wraps. */
  #number = 0
  /** Bytes of the batches. */
  bytes = 0
  /** Batches that have ended. */
  ended = 0

  get size() {
    return this.#batches.size
  }

  /** @param {number} seq @param {Queue} queue */
  add(seq, queue) {
    this.bytes += queue.bytes
    queue.number = ++this.#number
    this.#batches.set(seq, queue)
  }

  /** @param {number} seq @returns {Queue} */
  queue(seq) {
    const queue = this.#batches.get(seq)
    if (queue === undefined) throw new Error(`batch ${seq} is not in flight`)
    return queue
  }

  /** @param {number} seq */
  remove(seq) {
    const queue = this.queue(seq)
    this.#batches.delete(seq)
    this.bytes -= queue.bytes
    this.ended++
    return queue
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
    const [oldest] = this.#batches.values()
    const before = oldest?.number ?? Infinity
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

exports.InFlight = InFlight
