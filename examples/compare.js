'use strict'

const { inspect, isDeepStrictEqual } = require('node:util')

/** @typedef {import('../index.js').Schema} Schema */
/** @typedef {Schema[string]} Fields the fields of one type */
/** @typedef {{ [field: string]: unknown }} Values a record, or a row without its id */

const SHOWN = 20

/** What was found to differ: all are counted, the first few are kept. */
class Differences {
  constructor () {
    this.count = 0
    /** @type {string[]} */
    this.shown = []
  }

  /** @param {string} text */
  add (text) {
    this.count++
    if (this.shown.length < SHOWN) this.shown.push(text)
  }

  /**
   * @param {string} what
   * @param {unknown} actual
   * @param {unknown} expected
   */
  equal (what, actual, expected) {
    if (!isDeepStrictEqual(actual, expected)) this.add(`${what} is ${show(actual)}, must be ${show(expected)}`)
  }

  /**
   * @param {string} what
   * @param {Values | undefined} row as read from the store
   * @param {Values | undefined} expected
   */
  row (what, row, expected) {
    if (row === undefined || expected === undefined) return this.equal(what, row, expected)
    for (const field of new Set([...Object.keys(expected), ...Object.keys(row)])) {
      if (!Object.hasOwn(row, field)) this.add(`${what}: field ${show(field)} is missing`)
      else if (!Object.hasOwn(expected, field)) this.add(`${what}: has a field ${show(field)} that was never written`)
      else this.equal(`${what}: field ${show(field)}`, row[field], expected[field])
    }
  }
}

/** @param {unknown} value */
function show (value) {
  return inspect(value, { depth: 2, maxStringLength: 60, maxArrayLength: 10, breakLength: Infinity })
}

/**
 * The row that must be read back, by the words of the API, for a record that was created.
 * @param {Fields} fields
 * @param {Values} record
 * @param {number} id
 * @returns {Values & { id: number }}
 */
function expectedRow (fields, record, id) {
  const row = { id }
  for (const [field, spec] of Object.entries(fields)) {
    const kind = kindOf(spec)
    const value = Object.hasOwn(record, field) ? record[field] : undefined
    if (value === undefined || (value === null && !(kind.type === 'json' && !kind.optional))) continue
    // Not an assignment: a field may be called __proto__.
    Object.defineProperty(row, field, { value: stored(kind.type, value), enumerable: true })
  }
  return row
}

/** @param {Fields[string]} spec @returns {{ type: string, optional: boolean }} */
function kindOf (spec) {
  if (typeof spec === 'string') {
    return spec.endsWith('?') ? { type: spec.slice(0, -1), optional: true } : { type: spec, optional: false }
  }
  return { type: 'enum' in spec ? 'enum' : spec.type, optional: spec.optional === true }
}

/** @param {string} type @param {unknown} value */
function stored (type, value) {
  switch (type) {
    // Lone surrogates become U+FFFD, as everywhere where UTF-16 is turned into UTF-8.
    case 'string': return /[\ud800-\udfff]/.test(String(value)) ? Buffer.from(String(value)).toString() : value
    case 'float32': return Math.fround(Number(value))
    case 'float64': return value
    case 'json': return JSON.parse(JSON.stringify(value))
    default: return Object.is(value, -0) ? 0 : value
  }
}

exports.Differences = Differences
exports.expectedRow = expectedRow
exports.kindOf = kindOf
