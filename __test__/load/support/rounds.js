'use strict'
// Writes of which every moment can be told from any other. Round after round a window of rows moves on: new rows come,
// all rows change in all of their fields, the oldest go. So a row shows by itself whether it is whole, and a snapshot
// whether it is one moment of one round. Nothing more is asked of it than DESIGN.md's "Visibility": rounds are handed
// over one after another, and the frames of one round may be seen in any order that commutes.

const assert = require('node:assert/strict')

const TYPE = 'row'
const schema = {
  [TYPE]: {
    self: 'uint32', version: 'uint32', text: 'string', half: 'float64', bytes: 'binary', whole: 'int64', tag: 'string?',
    at: 'timestamp', flag: 'boolean'
  }
}

const UNITS = ['x', 'é', '語', '😀']
/** Neighbours differ, so that a value of the row beside is found out. */
const VARIANTS = 7
/** One row in so many has a text around the size from which the store keeps it outside of its page's heap, 32 KiB. */
const LARGE_EVERY = 499
const LARGE = 12_000
const variantOf = (self) => (self % LARGE_EVERY === 0 ? VARIANTS : self % VARIANTS)

/** All fields but `self`, each of them a function of version and variant; those of varying size grow and shrink. */
const contentOf = (version, variant) => {
  const n = version * (VARIANTS + 1) + variant
  const size = variant === VARIANTS ? LARGE + n % 100 : n * 37 % 90
  return {
    version,
    text: UNITS[(version + variant) % UNITS.length].repeat(size),
    half: n / 2,
    bytes: new Uint8Array(n * 23 % 60).fill(n),
    whole: -BigInt(n),
    tag: n % 3 === 0 ? null : `tag ${n}`,
    at: new Date(n),
    flag: n % 2 === 0
  }
}

class Rounds {
  /** Rounds that were written, and those of them that are known to be applied. */
  written = 0
  applied = 0
  #db
  #window
  #fresh
  #contents = new Map()
  /** What the last snapshot held: no later one may fall behind it. A row that is gone stays so. */
  #seen = new Map()

  /** A window of `window` rows of which `fresh` are new each round. */
  constructor (db, { window, fresh }) {
    this.#db = db
    this.#window = window
    this.#fresh = fresh
  }

  /** Creates the first window: round 0. */
  async fill () {
    await this.#db.createMany(TYPE, this.#records(1, this.#window))
  }

  /**
   * Writes the next round, and hands over what it has after every `slice` changes, when it also lets the caller go on. A
   * write that fails is an unhandled rejection, which ends the process.
   */
  * write (slice) {
    const round = ++this.written
    const { oldest, newest } = this.bounds(round)
    const first = newest - this.#fresh + 1
    if (round % 2) this.#db.createMany(TYPE, this.#records(first, this.#fresh))
    else for (const record of this.#records(first, this.#fresh)) this.#db.create(TYPE, record)
    const contents = this.#contentsOf(round)
    for (let id = oldest; id < first; id++) {
      this.#db.modify(TYPE, id, contents[variantOf(id)])
      if (id % slice === 0) yield this.#db.drain()
    }
    for (let id = oldest; id < oldest + this.#fresh; id++) this.#db.delete(TYPE, id)
    yield this.#db.drain().then(() => { this.applied = round })
  }

  /** Writes of a round. */
  get operations () {
    return this.#window + 2 * this.#fresh
  }

  /** The ids that may be seen while `round` is applied. */
  bounds (round) {
    return { oldest: Math.max(0, round - 1) * this.#fresh + 1, newest: this.#window + round * this.#fresh }
  }

  /** What a read that starts now may see: not less than `applied`, not more than `written`. */
  now () {
    return { applied: this.applied, written: this.written }
  }

  /** Asserts that `row`, got with `id` at the moment `now`, is whole and of that moment. */
  checkRow (id, row, { applied, written }) {
    if (row === undefined) {
      const { oldest } = this.bounds(written + 1)
      const { newest } = this.bounds(applied)
      assert.ok(id < oldest || id > newest, `row ${id} is missing between rounds ${applied} and ${written}`)
      return
    }
    this.#checkWhole(row)
    assert.equal(row.id, id)
    assert.ok(row.version >= applied && row.version <= written,
      `row ${id} has version ${row.version}, with ${applied} applied and ${written} written`)
    assert.ok(id > applied * this.#fresh, `row ${id} was deleted`)
  }

  /** Asserts that `rows`, a scan called at the moment `now`, are one moment of one round; gives their versions by id. */
  checkSnapshot (rows, now) {
    let last = 0
    let round = now.applied
    for (const row of rows) {
      this.checkRow(row.id, row, now)
      assert.ok(row.id > last, `row ${row.id} comes after ${last}`)
      last = row.id
      round = Math.max(round, row.version)
    }
    const versions = new Map(rows.map(({ id, version }) => [id, version]))
    const wrong = this.#wrongWith(versions, round, now)
    // Deletes may be all that is seen of a round yet.
    if (wrong !== undefined && (round === now.written || this.#wrongWith(versions, round + 1, now) !== undefined)) assert.fail(wrong)
    return versions
  }

  /** Asserts also that nothing is older than in the snapshot that was checked by the last call. */
  checkLater (rows, now) {
    const versions = this.checkSnapshot(rows, now)
    for (const [id, version] of versions) {
      assert.ok(version >= (this.#seen.get(id) ?? 0), `row ${id} went back to version ${version} from ${this.#seen.get(id)}`)
    }
    const { oldest } = this.bounds(now.applied)
    for (const id of this.#seen.keys()) {
      if (id < oldest) this.#seen.delete(id)
      else if (!versions.has(id)) this.#seen.set(id, Infinity)
    }
    for (const [id, version] of versions) this.#seen.set(id, version)
  }

  /** Asserts that the number of rows is one of any moment. */
  checkCount (count) {
    assert.ok(Math.abs(count - this.#window) <= this.#fresh, `${count} rows`)
  }

  /** What keeps `versions` from being a moment of `round`, before or while or after it is applied. */
  #wrongWith (versions, round, { applied }) {
    const { oldest, newest } = this.bounds(round)
    for (const [id, version] of versions) {
      if (id < oldest || id > newest) return `row ${id} is there in round ${round}`
      const created = id > newest - this.#fresh && round > 0
      if (version !== round && (created || version !== round - 1)) return `row ${id} has version ${version} in round ${round}`
    }
    const first = round === 0 ? oldest : oldest + this.#fresh
    const until = applied >= round ? newest : newest - this.#fresh
    for (let id = first; id <= until; id++) if (!versions.has(id)) return `row ${id} is missing in round ${round}`
    return undefined
  }

  #checkWhole (row) {
    const { self, version, text, half, bytes, whole, tag = null, at, flag, id } = row
    const is = this.#contentsOf(version)[variantOf(id)]
    const same = self === id && text === is.text && half === is.half && whole === is.whole && tag === is.tag &&
      flag === is.flag && at.getTime() === is.at.getTime() && Buffer.compare(bytes, is.bytes) === 0
    if (!same) assert.deepStrictEqual({ ...row, tag }, { ...is, self: id, id }, `row ${id} is torn`)
  }

  #records (first, count) {
    const contents = this.#contentsOf(this.written)
    return Array.from({ length: count }, (_, i) => ({ self: first + i, ...contents[variantOf(first + i)] }))
  }

  /** The contents of a version, by variant. */
  #contentsOf (version) {
    const known = this.#contents.get(version)
    if (known !== undefined) return known
    const contents = Array.from({ length: VARIANTS + 1 }, (_, variant) => contentOf(version, variant))
    this.#contents.set(version, contents)
    // No version older than the last applied one is read any more, but by a scan that began long ago.
    if (this.#contents.size > MOST_KEPT) this.#contents.delete(this.#contents.keys().next().value)
    return contents
  }
}

/** Versions whose contents are kept; others are made anew. */
const MOST_KEPT = 64

module.exports = { Rounds, TYPE, schema }
