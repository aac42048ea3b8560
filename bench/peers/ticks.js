'use strict'

/**
 * Writes for peers that are given a tick at a time. They are gathered and given together; a modify reads first, for peers
 * that only put whole records.
 * @typedef {import('./peer.js').Fields} Fields
 * @typedef {{ index: number, record: object }} Item
 *
 * @typedef {object} Batches
 * @property {(items: Item[]) => Promise<unknown>} put
 * @property {(indexes: number[]) => Promise<unknown>} delete
 * @property {(indexes: number[]) => Promise<(object | undefined)[]>} getMany
 * @property {(items: { index: number, changes: Fields }[]) => Promise<unknown>} [modify] for peers that can do it
 */

exports.Ticks = class Ticks {
  /** @type {Item[]} */
  #puts = []
  /** @type {{ index: number, changes: Fields }[]} */
  #modifies = []
  /** @type {number[]} */
  #deletes = []
  /** What was given so far, to the last: a modify must read what those before it wrote. */
  #last = Promise.resolve(/** @type {unknown} */ (undefined))
  #batches

  /** @param {Batches} batches @param {import('./peer.js').Workload} workload */
  constructor(batches, { record, operation }) {
    this.#batches = batches
    const end = operation === 'modify' ? () => this.#modify() : () => this.#write()
    this.store = {
      create: (/** @type {number} */ index) => {
        this.#puts.push({ index, record: record(index) })
      },
      modify: (/** @type {number} */ index, /** @type {Fields} */ changes) => {
        this.#modifies.push({ index, changes })
      },
      delete: (/** @type {number} */ index) => {
        this.#deletes.push(index)
      },
      end,
      settled: () => this.#last,
      getMany: batches.getMany
    }
  }

  #write() {
    const [puts, deletes] = [this.#puts, this.#deletes]
    this.#puts = []
    this.#deletes = []
    const written = puts.length > 0 ? this.#batches.put(puts) : this.#batches.delete(deletes)
    this.#last = Promise.all([this.#last, written])
    return written
  }

  #modify() {
    if (this.#modifies.length === 0) return this.#write()
    const modifies = this.#modifies
    this.#modifies = []
    const { modify, getMany, put } = this.#batches
    const written = this.#last.then(async () => {
      if (modify !== undefined) return modify(modifies)
      const records = await getMany(modifies.map(({ index }) => index))
      return put(modifies.map(({ index, changes }, place) => ({ index, record: { ...records[place], ...changes } })))
    })
    this.#last = written
    return written
  }
}
