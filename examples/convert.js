'use strict'

const { inspect } = require('node:util')
const { kindOf } = require('./compare.js')

/** @typedef {import('./compare.js').Values} Values */

/** A line that cannot become a record. */
class LineError extends Error {}

/** Makes typed records of the lines of an NDJSON file. */
class RecordReader {
  /**
   * @param {import('../index.js').Schema} schema
   * @param {{ typeKey: string | undefined, skipUnknown: boolean }} options
   */
  constructor (schema, { typeKey, skipUnknown }) {
    this.schema = schema
    this.typeKey = typeKey
    this.skipUnknown = skipUnknown
    /** @type {Map<string, Map<string, string>>} the types, the fields of each, their base types */
    this.types = new Map(Object.entries(schema).map(([type, fields]) => [
      type,
      new Map(Object.entries(fields).map(([field, spec]) => [field, kindOf(spec).type]))
    ]))
    const [only = ''] = this.types.keys()
    this.onlyType = only
  }

  /**
   * @param {string | undefined} text
   * @returns {{ type: string, record: Values }}
   */
  read (text) {
    const source = parseObject(text)
    const type = this.typeOf(source)
    const fields = this.types.get(type)
    if (fields === undefined) throw new LineError(`the schema has no type ${inspect(type)}`)
    /** @type {[string, unknown][]} */
    const entries = []
    for (const [key, value] of Object.entries(source)) {
      const base = fields.get(key)
      if (base === undefined && (this.skipUnknown || key === this.typeKey)) continue
      entries.push([key, base === undefined ? value : convert(base, key, value)])
    }
    return { type, record: Object.fromEntries(entries) }
  }

  /** @param {Values} source @returns {string} */
  typeOf (source) {
    if (this.typeKey === undefined) return this.onlyType
    const type = Object.hasOwn(source, this.typeKey) ? source[this.typeKey] : undefined
    if (typeof type === 'string') return type
    throw new LineError(`${inspect(this.typeKey)} must name a type, but is ${inspect(type)}`)
  }
}

/** @param {string | undefined} text @returns {Values} */
function parseObject (text) {
  if (text === undefined) throw new LineError('not valid UTF-8')
  let value
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new LineError(/** @type {Error} */ (error).message)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new LineError('not a JSON object')
}

/**
 * What JSON cannot say is converted; the rest goes to millrace as it is, which refuses what does not fit its field.
 * @param {string} base the field's base type
 * @param {string} field
 * @param {unknown} value
 */
function convert (base, field, value) {
  if (value === null) return value
  switch (base) {
    case 'timestamp': return toDate(field, value)
    case 'int64':
    case 'uint64': return toBigInt(field, value)
    case 'binary': return toBytes(field, value)
    default: return value
  }
}

/** @param {string} field @param {unknown} value */
function toDate (field, value) {
  const iso = typeof value === 'string' && /^([+-]\d\d)?\d{4}-\d\d/.test(value)
  const date = iso || typeof value === 'number' ? new Date(value) : new Date(NaN)
  if (Number.isNaN(date.getTime())) throw unfit(field, value, 'an ISO 8601 string or a number of milliseconds')
  return date
}

/** @param {string} field @param {unknown} value */
function toBigInt (field, value) {
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value)
  if (Number.isSafeInteger(value)) return BigInt(Number(value))
  throw unfit(field, value, Number.isInteger(value)
    ? 'a string of digits: a JSON number beyond 2^53 has lost some'
    : 'an integer or a string of digits')
}

/** @param {string} field @param {unknown} value */
function toBytes (field, value) {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64')
    if (bytes.toString('base64').replace(/=+$/, '') === value.replace(/=+$/, '')) return new Uint8Array(bytes)
  }
  throw unfit(field, value, 'a base64 string')
}

/** @param {string} field @param {unknown} value @param {string} wanted */
function unfit (field, value, wanted) {
  const shown = inspect(value, { maxStringLength: 60, depth: 1, breakLength: Infinity })
  return new LineError(`field ${inspect(field)} is ${shown}, must be ${wanted}`)
}

exports.LineError = LineError
exports.RecordReader = RecordReader
