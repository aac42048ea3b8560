'use strict'

const { loadFloor } = require('../native.js')
const { sync } = require('./peer.js')

/** Words of the block: the score, lengths of name and email, age and active. */
const [SCORE, NAME, EMAIL, AGE, ACTIVE] = /** @type {const} */ ([0, 2, 3, 4, 5])
const BYTES = 24

/**
 * The floor of a get of *members*: a call into the addon without arguments finds a record that lies in one place, and gives its text
 * as one string and its numbers in a block; hand-written code makes the object. There is no schema, and no other thread.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'bare get',
  use: 'the floor: a call copies a record that lies in one place, hand-written code makes the object; nothing else runs',
  modes: sync,
  operations: ['get'],
  async open({ record }) {
    const { Rows } = loadFloor()
    const rows = new Rows()
    const block = new ArrayBuffer(BYTES)
    /** @type {any} */
    const words = new Uint32Array(block)
    const read = rows.getter(new Uint8Array(block))
    const floats = new Float64Array(block)
    let count = 0
    return {
      create(index) {
        const { name, email, age, score, active } = /** @type {any} */ (record(index))
        rows.add(name, email, age, score, active)
        count++
      },
      modify() {},
      delete() {},
      settled() {},
      count: () => count,
      get(index) {
        words[0] = index + 1
        const text = read()
        if (text === undefined) return undefined
        const end = words[NAME]
        return {
          id: index + 1,
          name: text.slice(0, end),
          email: text.slice(end, end + words[EMAIL]),
          age: words[AGE],
          score: /** @type {number} */ (floats[SCORE]),
          active: words[ACTIVE] !== 0
        }
      },
      scan() {},
      close() {}
    }
  }
}
