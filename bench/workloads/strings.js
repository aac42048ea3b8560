'use strict'

// Strings for records. They are made ahead and flat, as a parser hands them over: building strings is no part of a write.

const FIRST = ['Ada', 'Grace', 'Barbara', 'Margaret', 'Katherine', 'Edsger', 'Donald', 'Alan']
const LAST = ['Okafor', 'Lind', 'Castellano', 'Nakamura', 'Schmidt', 'Ng', 'Dubois', 'Papadopoulos']

/**
 * A copy that V8 does not hold as a tree of parts.
 * @param {string} text ASCII
 */
function flat(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** @param {(n: number) => string} make @param {number} [length] a power of two */
const list = (make, length = 4096) => Array.from({ length }, (_, n) => flat(make(n)))

const names = list((n) => `${FIRST[n & 7]} ${LAST[n >> 3 & 7]}`)
const emails = list((n) => `${FIRST[n & 7]}.${n}@example.org`.toLowerCase())
const tags = list((n) => `tag-${n.toString(36)}`)
const kibibytes = list((n) => `${n} `.repeat(512).slice(0, 1024), 256)

/** @param {string[]} strings @returns {(index: number) => string} */
const from = (strings) => (index) => /** @type {string} */ (strings[index & (strings.length - 1)])

exports.name = from(names)
exports.email = from(emails)
exports.tag = from(tags)
exports.kibibyte = from(kibibytes)
