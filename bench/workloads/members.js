'use strict'

const { defineSchema } = require('../../index.js')

const STRINGS = 4096

exports.title = '5 fields, 2 of them strings (ASCII, 8 to 29 characters)'

exports.schema = defineSchema({
  member: {
    name: 'string',
    email: 'string',
    age: 'uint8',
    score: 'float64',
    active: 'boolean'
  }
})

const FIRST = ['Ada', 'Grace', 'Barbara', 'Margaret', 'Katherine', 'Edsger', 'Donald', 'Alan']
const LAST = ['Okafor', 'Lind', 'Castellano', 'Nakamura', 'Schmidt', 'Ng', 'Dubois', 'Papadopoulos']

// Made ahead and flat, as a parser hands them over: building strings is no part of a write.
const names = Array.from({ length: STRINGS }, (_, n) => flat(`${FIRST[n & 7]} ${LAST[n >> 3 & 7]}`))
const emails = Array.from({ length: STRINGS }, (_, n) => flat(`${FIRST[n & 7]}.${n}@example.org`.toLowerCase()))

/** @param {string} text a copy that V8 does not hold as a tree of parts */
function flat (text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** @param {number} index */
exports.record = function record (index) {
  return {
    name: /** @type {string} */ (names[index % STRINGS]),
    email: /** @type {string} */ (emails[index % STRINGS]),
    age: index % 100,
    score: index + 0.5,
    active: index % 3 === 0
  }
}
