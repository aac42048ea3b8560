'use strict'
// `get` and `scan` on the thread that writes, while workers apply what it wrote: each read is timed and checked.

const assert = require('node:assert/strict')
const { createHistogram } = require('node:perf_hooks')
const { setImmediate: immediate } = require('node:timers/promises')
const { open } = require('../../..')
const { Random } = require('../../support/random')
const { Rounds, TYPE, schema } = require('./rounds')

/** Gets of a step, rows that the slow scan goes on by, turns from one whole scan to the next. */
const GETS = 16
const SLICE = 25
const SCAN_EVERY = 4

const nanoseconds = (from, to) => Math.max(1, Math.round((to - from) * 1e6))

/** `{ count, p50, p99, max }` of a histogram, in microseconds. */
const summary = (histogram) => ({
  count: histogram.count,
  p50: histogram.percentile(50) / 1000,
  p99: histogram.percentile(99) / 1000,
  max: histogram.max / 1000
})

class Reading {
  /** Nanoseconds of a `get`, and of a scan for each of its rows. */
  get = createHistogram()
  scan = createHistogram()
  /** Gets before and after which workers had work, and scans that were called while they had. */
  overlapped = { gets: 0, scans: 0 }
  #db
  #rounds
  #random
  #slow = undefined
  #turns = 0

  constructor (db, rounds, random) {
    this.#db = db
    this.#rounds = rounds
    this.#random = random
  }

  /** Reads for `ms`, or until workers have nothing left to do. */
  turn (ms) {
    if (this.#turns++ % SCAN_EVERY === 0) this.#scanAll()
    const end = performance.now() + ms
    do this.#step()
    while (this.#isBusy() && performance.now() < end)
  }

  #step () {
    const busy = this.#isBusy()
    for (let i = 0; i < GETS; i++) this.#getOne()
    this.#rounds.checkCount(this.#db.count(TYPE))
    this.#goOn()
    if (busy && this.#isBusy()) this.overlapped.gets += GETS
  }

  #isBusy () {
    return this.#db.stats().workers.some(({ remaining }) => remaining > 0)
  }

  #getOne () {
    const now = this.#rounds.now()
    const { oldest } = this.#rounds.bounds(now.applied)
    const { newest } = this.#rounds.bounds(now.written)
    const id = this.#random.between(oldest, newest)
    const started = performance.now()
    const row = this.#db.get(TYPE, id)
    this.get.record(nanoseconds(started, performance.now()))
    this.#rounds.checkRow(id, row, now)
  }

  #scanAll () {
    const busy = this.#isBusy()
    const now = this.#rounds.now()
    const started = performance.now()
    const rows = [...this.#db.scan(TYPE)]
    this.scan.record(Math.ceil(nanoseconds(started, performance.now()) / Math.max(1, rows.length)))
    if (busy) this.overlapped.scans++
    this.#rounds.checkLater(rows, now)
  }

  /** A scan that takes many turns, and so holds its snapshot while round after round is written. */
  #goOn () {
    this.#slow ??= { now: this.#rounds.now(), rows: [], iterator: this.#db.scan(TYPE) }
    for (let i = 0; i < SLICE; i++) {
      const { done, value } = this.#slow.iterator.next()
      if (done) return this.#endSlow()
      this.#slow.rows.push(value)
    }
  }

  #endSlow () {
    this.#rounds.checkSnapshot(this.#slow.rows, this.#slow.now)
    this.#slow = undefined
  }
}

/** A db that is written to and read from in turns, for as long as one likes. */
class ReadsUnderLoad {
  #options
  #db
  #rounds

  /** Opens the db; see `readWhileWriting`. */
  static async open (options) {
    const { workers, maxModifySize, seed = 1 } = options
    const db = await open({ schema, workers, maxModifySize })
    const rounds = new Rounds(db, options)
    await rounds.fill()
    return new ReadsUnderLoad(options, db, rounds, new Random(seed))
  }

  constructor (options, db, rounds, random) {
    this.#options = options
    this.#db = db
    this.#rounds = rounds
    this.reading = new Reading(db, rounds, random)
  }

  /** Writes a round, and reads after each of its slices and at its end. */
  async turn () {
    const { slice, mostAhead, readMs } = this.#options
    for (const _ of this.#rounds.write(slice)) this.reading.turn(readMs)
    do {
      this.reading.turn(readMs)
      await immediate()
    } while (this.#rounds.written - this.#rounds.applied > mostAhead)
  }

  /** Waits for all that was written, and asserts that it is there. */
  async settle () {
    await this.#db.drain()
    const now = this.#rounds.now()
    assert.equal(now.applied, now.written)
    this.#rounds.checkLater([...this.#db.scan(TYPE)], now)
  }

  async close () {
    await this.settle()
    await this.#db.close()
  }

  get operations () {
    return this.#rounds.written * this.#rounds.operations
  }
}

/**
 * Writes and reads for `seconds`: rounds on a window of `window` rows, `fresh` of them new each round. After every `slice`
 * changes it reads, for `readMs` or until workers have nothing left to do; it is never more than `mostAhead` rounds ahead.
 */
const readWhileWriting = async ({ seconds, ...options }) => {
  const load = await ReadsUnderLoad.open(options)
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) await load.turn()
  await load.close()
  const { get, scan, overlapped } = load.reading
  return { get: summary(get), scan: summary(scan), overlapped, operations: load.operations }
}

/** Two ways to have workers at work while the main thread reads. */
const LOADS = {
  // Writes and reads in turns, a little of each: workers are never without work for long.
  steady: { window: 2000, fresh: 200, slice: 1000, mostAhead: 8, readMs: 0 },
  // Much is handed over at once, and then there are only reads until it is applied.
  burst: { window: 50_000, fresh: 5000, slice: 10_000, mostAhead: 0, readMs: Infinity }
}

module.exports = { LOADS, ReadsUnderLoad, readWhileWriting, summary }
