'use strict'

const { promises } = require('./peer.js')

/** Room for the columns and the text of a tick of *members*, the longest that is measured. */
const ROWS = 10_000
const TEXT = 64 * ROWS

const NAMES = ['name', 'email', 'age', 'score', 'active']

/** @typedef {(value: number) => void} Resolve */

/** @type {{ list: (number | Resolve | undefined)[], length: number }} the tick that is added to */
let current = { list: [], length: 0 }
/** @param {Resolve} resolve */
const capture = (resolve) => { current.list[current.length + 1] = resolve }

/**
 * The floor of a create of *members*: code for these five fields alone checks a record, gathers its numbers in columns and its
 * strings in one a column, and copies all of it into shared memory once a tick; each create has a native promise, which
 * settles a turn of the event loop later. There is no store, no other thread, and no schema.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'bare create',
  use: 'the floor: hand-written code checks a record, encodes it into shared memory, and settles a promise; nothing reads it, nothing is kept',
  modes: promises,
  operations: ['create'],
  workloads: ['members'],
  async open({ record }) {
    const buffer = /** @type {any} */ (Buffer.from(new SharedArrayBuffer(32 * ROWS + 2 * TEXT)))
    const columns = {
      name: new Uint32Array(ROWS), email: new Uint32Array(ROWS), age: new Uint8Array(ROWS), score: new Float64Array(ROWS),
      active: new Uint8Array(ROWS)
    }
    const bytes = Object.values(columns).map((column) => ({ column: new Uint8Array(column.buffer), width: column.BYTES_PER_ELEMENT }))
    let tick = current
    let [names, emails, rows, count, isOpen] = ['', '', 0, 0, false]

    function end() {
      const { list, length } = tick
      let at = 0
      for (const { column, width } of bytes) {
        buffer.set(column.subarray(0, rows * width), at)
        at += rows * width
      }
      at += buffer.utf8Write(names, at, TEXT)
      buffer.utf8Write(emails, at, TEXT)
      ;[names, emails, rows, isOpen] = ['', '', 0, false]
      setImmediate(() => {
        for (let at = 0; at < length; at += 2) {
          /** @type {Resolve} */ (list[at + 1])(/** @type {number} */ (list[at]))
          list[at] = list[at + 1] = undefined
        }
      })
    }

    function begin() {
      isOpen = true
      // oxlint-disable-next-line no-new-array
      tick = current = { list: new Array(tick.length), length: 0 }
      process.nextTick(end)
    }

    return {
      create(index) {
        const fields = record(index)
        const { name, email, age, score, active } = fields
        if (typeof name !== 'string' || typeof email !== 'string' || typeof active !== 'boolean') throw new TypeError('a value')
        if (typeof score !== 'number' || typeof age !== 'number' || (age & 0xff) !== age) throw new TypeError('a number')
        let next = 0
        for (const key in fields) if (key !== NAMES[next++]) throw new TypeError('a key')
        if (!isOpen) begin()
        columns.name[rows] = name.length
        columns.email[rows] = email.length
        columns.age[rows] = age
        columns.score[rows] = score
        columns.active[rows] = active ? 1 : 0
        names += name
        emails += email
        rows++
        tick.list[tick.length] = ++count
        const promise = new Promise(capture)
        tick.length += 2
        return promise
      },
      isBare: true,
      modify() {},
      delete() {},
      settled: () => new Promise((resolve) => setImmediate(resolve)),
      count: () => count,
      get: () => undefined,
      scan() {},
      close() {}
    }
  }
}
