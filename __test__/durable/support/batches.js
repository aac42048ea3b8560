'use strict'

const { Random } = require('../../support/random')
const { randomChanges, randomRecord } = require('../../support/random-schema')
const { Oracle } = require('../../support/oracle')

// Less than what is handed over before the tick ends, so that the writes of a tick are one batch.
const MOST_BYTES = 50_000

const WRITES = [[40, 'create'], [6, 'createMany'], [24, 'modify'], [16, 'delete'], [4, 'createThenDelete']]

/**
 * Random batches, the same for the same seed in every process: each is a list of `[method, type, …]`. A process that
 * writes them reports only numbers to the one that knows what must come of them.
 */
class Batches {
  #random
  #fields
  #lastIds
  #bytes

  /** `lastIds` are the ids that were given out last, by type. */
  constructor (schema, seed, lastIds) {
    const oracle = new Oracle(schema)
    this.#random = new Random(seed)
    this.#fields = new Map(oracle.types.map((type) => [type, oracle.fields(type)]))
    this.#lastIds = new Map(oracle.types.map((type, i) => [type, lastIds[i]]))
  }

  next () {
    const random = this.#random
    const types = random.shuffled([...this.#fields.keys()]).slice(0, random.between(1, this.#fields.size))
    const count = random.weighted([[3, 1], [5, random.between(2, 8)], [1, random.between(9, 40)]])
    // One in some batches is large enough to live outside of its page.
    const large = random.chance(0.05) ? random.below(count) : -1
    const writes = []
    for (let i = 0; i < count; i++) {
      this.#bytes = i === large ? MOST_BYTES * 0.8 : 200
      writes.push(...this[random.weighted(WRITES)](random.pick(types)))
    }
    return writes
  }

  #record (type) {
    return randomRecord(this.#random, this.#fields.get(type), this.#bytes)
  }

  // Of a record that there is, probably, or of none.
  #id (type) {
    const last = this.#lastIds.get(type)
    return Math.max(1, this.#random.chance(0.5) ? this.#random.between(1, last + 1) : last - this.#random.below(4))
  }

  create (type) {
    this.#lastIds.set(type, this.#lastIds.get(type) + 1)
    return [['create', type, this.#record(type)]]
  }

  createMany (type) {
    const count = this.#bytes > 200 ? 1 : this.#random.between(1, 20)
    const records = Array.from({ length: count }, () => this.#record(type))
    this.#lastIds.set(type, this.#lastIds.get(type) + count)
    return [['createMany', type, records]]
  }

  modify (type) {
    return [['modify', type, this.#id(type), randomChanges(this.#random, this.#fields.get(type), this.#bytes)]]
  }

  delete (type) {
    return [['delete', type, this.#id(type)]]
  }

  // The id of the newest record must not be given again.
  createThenDelete (type) {
    return [...this.create(type), ['delete', type, this.#lastIds.get(type)]]
  }
}

module.exports = { Batches }
