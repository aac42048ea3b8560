'use strict'

const { loadFloor } = require('../native.js')
const { promises } = require('./peer.js')

/** Room for the columns and the text of a type in a tick of *members*, the longest that is measured. */
const ROWS = 10_000
const TEXT = 64 * ROWS
/** Ticks are written one behind the other so far, as into millrace's ring, and then over what was written first: nothing is kept. */
const RING = 1024 * 1024
/** While so few bytes are read, which takes microseconds, the event loop turns so often before it sleeps, and looks. */
const SHORT = 16 * 1024
const TURNS = 8
/** Up to so many bytes and characters are copied one by one: calls cost more. */
const FEW = 64
const FEW_CHARACTERS = 32

const NAMES = ['name', 'email', 'age', 'score', 'active']

/** @typedef {(value: any) => void} Resolve */
/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {import('./peer.js').Fields} Fields */

/** The records of a type in a tick. */
class Columns {
  rows = 0
  names = ''
  emails = ''
  nameLengths = new Uint32Array(ROWS)
  emailLengths = new Uint32Array(ROWS)
  ages = new Uint8Array(ROWS)
  scores = new Float64Array(ROWS)
  actives = new Uint8Array(ROWS)
  bytes = [this.scores, this.nameLengths, this.emailLengths, this.ages, this.actives].map((column) => (
    { column: new Uint8Array(column.buffer), width: column.BYTES_PER_ELEMENT }
  ))

  /** @param {Fields} fields */
  add(fields) {
    const { name, email, age, score, active } = fields
    if (typeof name !== 'string' || typeof email !== 'string' || typeof active !== 'boolean') throw new TypeError('a value')
    if (typeof score !== 'number' || typeof age !== 'number' || (age & 0xff) !== age) throw new TypeError('a number')
    let next = 0
    for (const key in fields) if (key !== NAMES[next++]) throw new TypeError('a key')
    const row = this.rows++
    this.nameLengths[row] = name.length
    this.emailLengths[row] = email.length
    this.ages[row] = age
    this.scores[row] = score
    this.actives[row] = active ? 1 : 0
    this.names += name
    this.emails += email
  }

  /** Copies all of it to `at`, and forgets it; returns where it ends. @param {any} buffer @param {number} at */
  end(buffer, at) {
    for (const { column, width } of this.bytes) at = copy(buffer, at, column, this.rows * width)
    at = write(buffer, at, this.names)
    at = write(buffer, at, this.emails)
    this.names = this.emails = ''
    this.rows = 0
    return at
  }
}

/** @param {Uint8Array} buffer @param {number} at @param {Uint8Array} column @param {number} length */
function copy(buffer, at, column, length) {
  if (length > FEW) buffer.set(column.subarray(0, length), at)
  else for (let i = 0; i < length; i++) buffer[at + i] = /** @type {number} */ (column[i])
  return at + length
}

/** Writes text, all of which is ASCII here. @param {any} buffer @param {number} at @param {string} text */
function write(buffer, at, text) {
  if (text.length > FEW_CHARACTERS) return at + buffer.utf8Write(text, at, TEXT)
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i)
  return at + text.length
}

/** @type {{ list: (number | number[] | Resolve | undefined)[], length: number }} what settles after the tick, and with what */
let current = { list: [], length: 0 }
/** @param {Resolve} resolve */
const capture = (resolve) => { current.list[current.length + 1] = resolve }

/** @typedef {typeof current} Tick */

/** @param {Tick} tick */
function settle({ list, length }) {
  for (let at = 0; at < length; at += 2) {
    /** @type {Resolve} */ (list[at + 1])(list[at])
    list[at] = list[at + 1] = undefined
  }
}

/** @param {import('./peer.js').Workload} workload */
function openFloor({ types }) {
  const { Reader } = loadFloor()
  const all = types.map(() => new Columns())
  const buffer = Buffer.from(new SharedArrayBuffer(RING + 32 * ROWS + 2 * TEXT))
  /** @type {(Tick | undefined)[]} ticks that are being read, from `head` on */
  const inFlight = []
  let head = 0
  let whenIdle = () => {}
  const reader = new Reader(buffer, () => { if (turns === 0) settleNext(reader.take()) })
  let tick = current
  let [count, isOpen, pos, turns] = [0, false, 0, 0]

  /** @param {number} count of ticks that were read */
  function settleNext(count) {
    if (count === 0) return
    for (let last = head + count; head < last; head++) {
      settle(/** @type {Tick} */ (inFlight[head]))
      inFlight[head] = undefined
    }
    if (head < inFlight.length) return
    inFlight.length = head = 0
    whenIdle()
  }

  function turn() {
    settleNext(reader.look())
    turns = inFlight.length > 0 ? turns - 1 : 0
    if (turns > 0) setImmediate(turn)
    else settleNext(reader.take())
  }

  function end() {
    const start = pos < RING ? pos : 0
    pos = start
    for (const columns of all) if (columns.rows > 0) pos = columns.end(buffer, pos)
    isOpen = false
    inFlight.push(tick)
    reader.read(start, pos)
    if (pos - start <= SHORT) {
      if (turns === 0) {
        setImmediate(turn)
        reader.willLook()
      }
      turns = TURNS
    }
    // The columns of numbers are aligned.
    pos = (pos + 7) & ~7
  }

  /** @param {number | number[]} value what the promise settles with */
  function promise(value) {
    if (!isOpen) {
      isOpen = true
      // oxlint-disable-next-line no-new-array
      tick = current = { list: new Array(tick.length), length: 0 }
      process.nextTick(end)
    }
    tick.list[tick.length] = value
    const promise = new Promise(capture)
    tick.length += 2
    return promise
  }

  return {
    all,
    promise,
    next: () => ++count,
    store: {
      isBare: true,
      modify() {},
      delete() {},
      settled: () => new Promise((resolve) => {
        whenIdle = () => resolve(undefined)
        setImmediate(() => { if (inFlight.length === 0) whenIdle() })
      }),
      count: () => count,
      get: () => undefined,
      scan() {},
      close: () => reader.stop()
    }
  }
}

/**
 * The floor of a create of *members*: code for these five fields alone checks a record, gathers its numbers in columns and its
 * strings in one a column, and copies all of it into shared memory once a tick; another thread reads that memory, does nothing
 * with it, and answers, in short ticks where JavaScript looks; then each create's native promise settles. There is no store and no schema.
 * @type {Peer}
 */
exports.bare = {
  name: 'bare create',
  use: 'the floor: hand-written code encodes records into shared memory, another thread reads it and answers, a promise settles; nothing is kept',
  modes: promises,
  operations: ['create'],
  workloads: ['members', 'mixed'],
  async open(workload) {
    const { all, promise, next, store } = openFloor(workload)
    const { record } = workload
    const mask = all.length - 1
    return {
      ...store,
      create(index) {
        /** @type {Columns} */ (all[index & mask]).add(record(index))
        return promise(next())
      }
    }
  }
}

/** The same with one promise for the records of a tick. @type {Peer} */
exports.bareMany = {
  name: 'bare createMany',
  use: 'the floor with a promise a tick',
  modes: promises,
  operations: ['create'],
  workloads: ['members'],
  async open(workload) {
    const { all, promise, next, store } = openFloor(workload)
    const [columns] = /** @type {[Columns]} */ (all)
    /** @type {Fields[]} */
    let records = []
    return {
      ...store,
      begin() {
        records = []
      },
      create(index) {
        records[records.length] = workload.record(index)
      },
      end() {
        // oxlint-disable-next-line no-new-array
        const ids = new Array(records.length)
        for (let i = 0; i < records.length; i++) {
          columns.add(/** @type {Fields} */ (records[i]))
          ids[i] = next()
        }
        return promise(ids)
      }
    }
  }
}
