'use strict'

const assert = require('node:assert/strict')

/** The type that the dbs of all threads write. */
const SHARED = 'written by all'

/**
 * Writes of one db to a type that others write as well. Which ids its records get is nobody's business, so each is known by a
 * number; what becomes of it follows from the db's own writes, in call order.
 */
class SharedWrites {
  static fields = { owner: 'uint8', number: 'uint32', n: 'uint32', text: 'string?' }
  #db
  #owner
  #random
  #writes = []
  #ids = []

  constructor (db, owner, random) {
    this.#db = db
    this.#owner = owner
    this.#random = random
  }

  /** One write, to a record that there is or is not. */
  write () {
    const random = this.#random
    const changes = { n: this.#writes.length, text: random.pick([null, undefined, 'x'.repeat(random.below(200))]) }
    const number = random.chance(0.4) ? this.#ids.length : random.below(this.#ids.length + 1)
    const id = this.#ids[number]
    if (number === this.#ids.length) {
      this.#ids.push(undefined)
      const promise = this.#db.create(SHARED, { owner: this.#owner, number, ...changes })
      this.#expect('create', number, changes, promise.then((given) => { this.#ids[number] = given }))
    } else if (id !== undefined) {
      const method = random.chance(0.1) ? 'delete' : 'modify'
      this.#expect(method, number, changes, method === 'delete' ? this.#db.delete(SHARED, id) : this.#db.modify(SHARED, id, changes))
    }
  }

  #expect (method, number, changes, promise) {
    const write = { method, number, changes, code: undefined }
    write.done = promise.catch(({ code }) => { write.code = code })
    this.#writes.push(write)
  }

  /** Waits for all of them; asserts that they have settled and that the records are as they must be. */
  async check () {
    await Promise.all(this.#writes.map(({ done }) => done))
    const rows = new Map()
    for (const { method, number, changes, code } of this.#writes) {
      if (code === 'ERR_MODIFY_BUFFER_FULL') continue
      const isThere = method === 'create' || rows.has(number)
      assert.equal(code, isThere ? undefined : 'ERR_NOT_FOUND', method)
      if (method === 'delete') rows.delete(number)
      else if (isThere) rows.set(number, changed(rows.get(number), changes))
    }
    const expected = [...rows].map(([number, row]) => ({ id: this.#ids[number], owner: this.#owner, number, ...row }))
    const own = [...this.#db.scan(SHARED)].filter(({ owner }) => owner === this.#owner)
    assert.deepStrictEqual(own, expected.sort((a, b) => a.id - b.id))
  }
}

const changed = (row, { n, text }) => {
  if (text === undefined) return { ...row, n }
  return text === null ? { n } : { n, text }
}

module.exports = { SHARED, SharedWrites }
