'use strict'

const assert = require('node:assert/strict')
const { setImmediate: immediate, setTimeout: timeout } = require('node:timers/promises')
const { MAX_ID, Oracle } = require('./oracle')
const { outcome } = require('./outcome')
const { Random } = require('./random')
const { faultyChanges, faultyRecord, randomChanges, randomRecord, randomSchema, schemaOf, unionOf } = require('./random-schema')
const { SHARED, SharedWrites } = require('./shared-writes')
const { checkIdle, checkState } = require('./state')

const FILLER = 'filler of the whole ring'
// More than any header of one record, much less than a ring.
const FILLER_MARGIN = 256
// A run of fewer bytes than this is never handed over early, so that a tick of it is one batch (or part of one).
const ONE_BATCH_BYTES = 4096
const DEFAULT_RING = 64 * 1024 * 1024

const WRITES = [
  [30, 'create'], [8, 'createMany'], [16, 'modify'], [8, 'delete'], [4, 'createThenTouch'], [3, 'touchThenCreate'],
  [3, 'deleteTwice'], [3, 'faultyCreate'], [3, 'faultyModify'], [2, 'faultyMany'], [1, 'tooLarge'], [1, 'badId']
]

const GAPS = [
  [3, 'none'], [2, 'last'], [2, 'all'], [2, 'drain'], [2, 'awaitDrain'], [3, 'immediate'], [2, 'microtask'],
  [1, 'nextTick'], [0.3, 'timeout']
]

/**
 * One random program: the same writes on the oracle and on a store, in bursts and with gaps between them. The oracle
 * does each at once; but where a write may be refused for want of room, it does all of them at the end, without those.
 */
class Program {
  #db
  #oracle
  #random
  #late
  #ring
  #attempts = new Map()
  #operations = []
  #settled = []
  #drains = []
  #group = 0
  #groupBytes = [0]
  #bytes
  #shared

  /** `shared` are writes to a type that other dbs write as well, if there are other dbs. */
  constructor (db, oracle, random, late, shared) {
    this.#db = db
    this.#oracle = oracle
    this.#random = random
    this.#late = late
    this.#shared = shared
    this.#ring = db.stats().maxModifySize
  }

  async run (bursts) {
    for (let i = 0; i < bursts; i++) {
      this.#burst()
      await this.#gap(this.#random.weighted(GAPS))
    }
    await this.#finish()
  }

  #burst () {
    const types = this.#oracle.types.filter((type) => type !== FILLER)
    const some = this.#random.shuffled(types).slice(0, this.#random.between(1, types.length))
    const writes = this.#random.weighted([[3, 1], [4, this.#random.between(2, 8)], [2, this.#random.between(9, 60)]])
    for (let i = 0; i < writes; i++) {
      this.#bytes = this.#random.weighted([[20, 256], [1, Math.min(this.#ring, 200_000) * 0.4]])
      this[this.#random.weighted(WRITES)](this.#random.pick(some))
      if (this.#random.chance(0.02)) this.#drain()
      if (this.#shared !== undefined && this.#random.chance(0.2)) this.#shared.write()
    }
  }

  #record (type) {
    return randomRecord(this.#random, this.#oracle.fields(type), this.#bytes)
  }

  // The last id that was given out, or, as long as the oracle does not know, about that.
  #lastId (type) {
    return this.#late ? this.#attempts.get(type) ?? 0 : this.#oracle.lastId(type)
  }

  #id (type) {
    const last = this.#lastId(type)
    return this.#random.weighted([
      [6, this.#random.between(1, Math.max(1, last))],
      [6, Math.max(1, last - this.#random.below(4))],
      [1, last + this.#random.between(1, 3)],
      [0.3, this.#random.pick([0, MAX_ID])]
    ])
  }

  create (type) {
    this.#write('create', this.#bytes, type, this.#record(type))
  }

  createMany (type) {
    const records = Array.from({ length: this.#random.below(this.#bytes > 256 ? 5 : 40) }, () => this.#record(type))
    this.#write('createMany', this.#bytes * records.length, type, records)
  }

  modify (type, id = this.#id(type)) {
    const changes = randomChanges(this.#random, this.#oracle.fields(type), this.#bytes)
    if (this.#random.chance(0.1)) changes.id = id
    this.#write('modify', this.#bytes, type, id, changes)
  }

  delete (type, id = this.#id(type)) {
    this.#write('delete', 16, type, id)
  }

  createThenTouch (type) {
    this.create(type)
    const id = this.#lastId(type)
    if (this.#random.chance(0.7)) this.modify(type, id)
    if (this.#random.chance(0.5)) this.delete(type, id)
  }

  // An operation on an id that is given out just afterwards must not reach the row.
  touchThenCreate (type) {
    const id = this.#lastId(type) + 1
    if (this.#random.chance(0.5)) this.modify(type, id)
    else this.delete(type, id)
    this.create(type)
  }

  deleteTwice (type) {
    const id = this.#id(type)
    this.delete(type, id)
    this.delete(type, id)
  }

  faultyCreate (type) {
    this.#write('create', 0, type, faultyRecord(this.#random, this.#oracle.fields(type)))
  }

  faultyModify (type) {
    this.#write('modify', 0, type, this.#id(type), faultyChanges(this.#random, this.#oracle.fields(type)))
  }

  faultyMany (type) {
    const records = [this.#record(type), faultyRecord(this.#random, this.#oracle.fields(type)), this.#record(type)]
    this.#write('createMany', 0, type, this.#random.shuffled(records))
  }

  badId (type) {
    const id = this.#random.pick([-1, 0.5, NaN, '1', MAX_ID + 1, undefined, null])
    if (this.#random.chance(0.5)) this.#write('modify', 0, type, id, {})
    else this.delete(type, id)
  }

  tooLarge () {
    if (this.#ring > 2 ** 20) return
    const promise = this.#db.create(FILLER, { data: new Uint8Array(this.#ring + 1) })
    this.#expect('create', 0, promise, () => ({ code: 'ERR_RECORD_TOO_LARGE' }))
  }

  #write (method, bytes, ...args) {
    const [type, records] = args
    const creates = method === 'create' ? 1 : method === 'createMany' ? records.length : 0
    this.#attempts.set(type, (this.#attempts.get(type) ?? 0) + creates)
    const onOracle = () => this.#oracle[method](...args)
    const expected = this.#late ? undefined : onOracle()
    this.#expect(method, bytes, this.#db[method](...args), this.#late ? onOracle : () => expected)
  }

  #expect (method, bytes, promise, expect) {
    const operation = { index: this.#operations.length, group: this.#group, method, expect, outcome: undefined }
    const settle = (outcome) => {
      operation.outcome = outcome
      this.#settled.push(operation)
    }
    operation.done = promise.then((value) => settle({ value }), (error) => settle({ code: error.code ?? error.stack }))
    this.#operations.push(operation)
    this.#groupBytes[this.#group] += bytes
  }

  #nextGroup () {
    this.#group += 1
    this.#groupBytes.push(0)
  }

  #drain () {
    const promise = outcome(this.#db.drain())
    this.#drains.push(promise)
    this.#nextGroup()
    return promise
  }

  async #gap (gap) {
    if (gap === 'drain') this.#drain()
    else if (gap === 'awaitDrain') await this.#drain()
    else if (gap === 'all') await this.#all()
    else if (gap === 'last') await this.#operations.at(-1)?.done
    else if (gap === 'immediate') await immediate()
    else if (gap === 'microtask') await Promise.resolve()
    else if (gap === 'nextTick') await new Promise((resolve) => process.nextTick(resolve))
    else if (gap === 'timeout') await timeout(1)
    this.#nextGroup()
    // Everything that was written is applied now, and nothing has been written since.
    const quiet = gap === 'awaitDrain' || gap === 'all'
    if (quiet && !this.#late && this.#random.chance(0.3)) checkState(this.#db, this.#oracle, this.#random)
  }

  async #all () {
    await Promise.all(this.#operations.map((operation) => operation.done))
  }

  async #finish () {
    await this.#all()
    for (const drained of await Promise.all(this.#drains)) assert.deepStrictEqual(drained, { value: undefined })
    for (const { index, method, outcome, expect } of this.#operations) {
      if (this.#late && outcome.code === 'ERR_MODIFY_BUFFER_FULL') continue
      assert.deepStrictEqual(outcome, expect(), `the outcome of write ${index}, ${method}`)
    }
    if (this.#ring === DEFAULT_RING) this.#checkSettleOrder()
    await this.#db.drain()
    await this.#shared?.check()
    checkIdle(this.#db, this.#shared === undefined)
    checkState(this.#db, this.#oracle, this.#random)
    await this.#checkRingFree()
  }

  // Promises of one batch settle in call order; those that were refused at the call were never in a batch.
  #checkSettleOrder () {
    const last = new Map()
    for (const { index, group, outcome: { code, value } } of this.#settled) {
      if (code && code !== 'ERR_NOT_FOUND') continue
      if (Array.isArray(value) && value.length === 0) continue
      if (this.#groupBytes[group] > ONE_BATCH_BYTES) continue
      assert.ok(index > (last.get(group) ?? -1), `write ${index} settled after write ${last.get(group)} of its batch`)
      last.set(group, index)
    }
  }

  // With nothing in flight a record of nearly the whole ring finds its room at once.
  async #checkRingFree () {
    const { maxModifySize, stalls } = this.#db.stats()
    if (maxModifySize > 2 ** 20) return
    const data = new Uint8Array(maxModifySize - FILLER_MARGIN).fill(7)
    const id = await this.#db.create(FILLER, { data })
    assert.deepStrictEqual(this.#db.get(FILLER, id), { data, id })
    assert.equal(this.#db.stats().stalls, stalls, 'nothing had to wait')
  }
}

/** Runs the program of `seed` on a fresh store; throws with the seed in the message. */
const runProgram = async (open, seed, options, bursts) => {
  const random = new Random(seed)
  const schema = randomSchema(random)
  schema[FILLER] = { data: 'binary' }
  const db = await open({ ...options, schema })
  try {
    await new Program(db, new Oracle(schema), random, options.onFull === 'reject').run(bursts)
  } finally {
    await db.close()
  }
}

/**
 * Runs a part of a program that has several, each on a db of its own to one store: part number i writes the types of
 * `seeds[i]`, and one type that all write.
 */
const runPart = async (open, seeds, part, options, bursts) => {
  const random = new Random(seeds[part])
  const schema = { ...unionOf(seeds), [FILLER]: { data: 'binary' }, [SHARED]: SharedWrites.fields }
  const db = await open({ ...options, schema })
  try {
    const late = options.onFull === 'reject'
    const shared = new SharedWrites(db, part, random)
    await new Program(db, new Oracle(schemaOf(seeds[part], part)), random, late, shared).run(bursts)
  } finally {
    await db.close()
  }
}

module.exports = { FILLER, Program, runPart, runProgram }
