'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { isDeepStrictEqual } = require('node:util')
const { open } = require('../../..')
const { filesOf } = require('../../support/folder')
const { Oracle } = require('../../support/oracle')
const { Random } = require('../../support/random')
const { randomRecord, schemaOf, unionOf } = require('../../support/random-schema')
const { Batches } = require('./batches')
const { runAndKill } = require('./kill')

/** Rounds after which a new store is begun, of another schema. */
const ROUNDS_A_STORE = 8
const SEGMENT_HEADER = 32

/** A store that is written to by processes that are killed, and what it must hold. */
class Crash {
  #path
  #random
  /** The types of a store are those of its parts; each is written by a thread of its own. */
  #parts
  #schema
  #oracle
  #limits
  counts = { batches: 0, settled: 0, lost: 0, tails: 0, 'of several threads': 0 }

  constructor (seed) {
    this.#random = new Random(seed)
    this.#path = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace crash "é😀"-'))
  }

  get path () {
    return this.#path
  }

  remove () {
    fs.rmSync(this.#path, { recursive: true, force: true })
  }

  /** Round number `round`: throws if the store is not as it must be. */
  async run (round) {
    const random = this.#random
    if (round % ROUNDS_A_STORE === 0) this.#begin()
    const parts = this.#parts.map(({ schemaSeed, types }) => {
      return { schemaSeed, seed: random.below(2 ** 32), lastIds: types.map((type) => this.#oracle.lastId(type)) }
    })
    const options = {
      path: this.#path,
      parts,
      // A store without workers has one thread only.
      workers: parts.length > 1 ? random.between(1, 2) : random.below(3),
      durability: random.pick(['os', 'disk']),
      ...this.#limits
    }
    const { lines, stderr } = await runAndKill('writer.js', options, random.weighted([
      // Threads take their time to start.
      [5, { lines: random.between(1, 600 * parts.length) }], [3, { ms: random.between(60, 300 + 100 * parts.length) }], [1, { ms: random.between(1, 100) }]
    ]))
    assert.equal(stderr, '')
    if (random.chance(0.2)) this.#tear()
    // What one process left must be found by a second one that is killed while it reads it.
    while (round % ROUNDS_A_STORE > 0 && random.chance(0.3)) {
      await runAndKill('opener.js', { path: this.#path, ...this.#limits }, { ms: random.between(30, 200) })
    }
    const batches = parts.map(({ schemaSeed, seed, lastIds }, part) => {
      return new Batches(schemaOf(schemaSeed, part), new Random(seed).below(2 ** 32), lastIds)
    })
    await this.#check(batches, report(lines, parts.length))
  }

  #begin () {
    this.remove()
    const seeds = Array.from({ length: this.#random.pick([1, 2, 4]) }, () => this.#random.below(2 ** 32))
    this.#parts = seeds.map((schemaSeed, part) => ({ schemaSeed, types: Object.keys(schemaOf(schemaSeed, part)) }))
    this.#schema = unionOf(seeds)
    this.#oracle = new Oracle(this.#schema)
    this.#limits = { segment: this.#random.pick([1024, 4096, 30_000]), checkpoint: this.#random.pick([4096, 30_000]) }
  }

  /** The system seldom ends a process in mid-write, so that is played: the last segment gets a part of a record. */
  #tear () {
    const last = fs.existsSync(this.#path) ? filesOf(this.#path, '.log').at(-1) : undefined
    if (last === undefined) return
    const bytes = fs.readFileSync(path.join(this.#path, last))
    // The first record is written when the header is there.
    if (bytes.length < SEGMENT_HEADER) return
    const part = this.#random.chance(0.5) ? bytes.subarray(SEGMENT_HEADER) : Buffer.from('MLLR, but no record')
    fs.appendFileSync(path.join(this.#path, last), part.subarray(0, this.#random.between(1, 60)))
  }

  /** The store holds the first batches of each part, all that settled among them. */
  async #check (batches, reports) {
    const db = await open({ path: this.#path, schema: this.#schema, workers: this.#random.below(2) })
    try {
      const nextIds = await this.#probe(db)
      for (const [part, { types }] of this.#parts.entries()) this.#checkPart(db, types, nextIds, batches[part], reports[part])
      const { tail, damage } = db.stats().recovery
      assert.deepStrictEqual(damage, [])
      this.counts.tails += tail === undefined ? 0 : 1
      this.counts['of several threads'] += reports.filter(({ begun }) => begun > 0).length > 1 ? 1 : 0
      await this.#addProbes(db)
    } finally {
      await db.close()
    }
  }

  #checkPart (db, types, nextIds, batches, { begun, settled }) {
    const known = settled.findLastIndex((outcomes) => outcomes.length > 0) + 1
    for (let number = 0; number < known; number++) this.#write(batches.next(), settled[number], number)
    let number = known
    // Each of the later ones is there as a whole, or is not, as are all behind it.
    while (number < begun && !this.#agrees(db, types, nextIds)) this.#write(batches.next(), [], number++)
    if (!this.#agrees(db, types, nextIds)) this.#explain(db, types, nextIds, `${known} of ${begun} batches have settled writes`)
    this.counts.batches += number
    this.counts.settled += settled.flat().length
    this.counts.lost += begun - number
  }

  #write (writes, outcomes, number) {
    const expected = writes.map(([method, ...args]) => this.#oracle[method](...args))
    outcomes.forEach((outcome, i) => assert.deepStrictEqual(outcome, expected[i], `write ${i} of batch ${number}`))
  }

  /** The next id of each type, by type, found by a record that is deleted again. */
  async #probe (db) {
    const { types } = this.#oracle
    return new Map(await Promise.all(types.map(async (type) => {
      const id = await db.create(type, randomRecord(new Random(1), this.#oracle.fields(type), 100))
      return [type, await db.delete(type, id)]
    })))
  }

  #addProbes (db) {
    for (const type of this.#oracle.types) {
      const { value } = this.#oracle.create(type, randomRecord(new Random(1), this.#oracle.fields(type), 100))
      this.#oracle.delete(type, value)
    }
    return this.#random.chance(0.3) ? db.checkpoint() : undefined
  }

  #agrees (db, types, nextIds) {
    return types.every((type) => nextIds.get(type) === this.#oracle.lastId(type) + 1) &&
      types.every((type) => db.count(type) === this.#oracle.count(type)) &&
      types.every((type) => isDeepStrictEqual([...db.scan(type)], this.#oracle.scan(type)))
  }

  #explain (db, types, nextIds, message) {
    for (const type of types) {
      assert.equal(nextIds.get(type), this.#oracle.lastId(type) + 1, `next id of ${type}; ${message}`)
      assert.deepStrictEqual([...db.scan(type)], this.#oracle.scan(type), `rows of ${type}; ${message}`)
    }
  }
}

/** What a writer reported, by part: how many batches it began, and the outcomes of each by write. */
const report = (lines, parts) => {
  const reports = Array.from({ length: parts }, () => ({ begun: 0, settled: [] }))
  for (const line of lines) {
    if (line === 'open') continue
    assert.equal(line[0], '[', `a line of the report: ${line}`)
    const [part, number, write, outcome] = JSON.parse(line)
    const { settled } = reports[part]
    if (number === undefined) settled[reports[part].begun++] = []
    else settled[number][write] = outcome
  }
  return reports
}

module.exports = { Crash }
