'use strict'
// Why a value was refused: found again from the value, off the hot path.

const { MillraceError, quote, show } = require('./errors.js')
const { kindOf, thrown } = require('./kinds.js')

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {import('./schema.js').Field} Field */

/** What JavaScript value a kind takes, where its name does not say it. */
const VALUES = /** @type {Record<string, string>} */ ({
  string: 'a string',
  boolean: 'a boolean',
  json: 'a value that JSON can hold',
  binary: 'a Uint8Array',
  timestamp: 'a valid Date',
  int64: 'a bigint (int64)',
  uint64: 'a bigint (uint64)',
  float32: 'a number',
  float64: 'a number'
})

/** @param {Field} field */
function expected(field) {
  if (field.values.length === 0) return VALUES[field.kind] ?? `an integer (${field.kind})`
  const shown = field.values.slice(0, 8).map(quote).join(', ')
  return `one of ${shown}${field.values.length > 8 ? ', …' : ''}`
}

/** @param {Field} field @param {unknown} value */
function isOutOfRange(field, value) {
  const { range } = kindOf(field)
  if (range === undefined || typeof value !== typeof range[0]) return false
  const number = /** @type {number} */ (value)
  if (field.kind === 'float32') return true
  // A fraction fits no integer field, in or out of its range.
  return (number < range[0] || number > range[1]) && (typeof number === 'bigint' || Math.abs(number) === Infinity || Number.isInteger(number))
}

/**
 * The error for `value`, which does not fit `field`.
 * @param {Type} type
 * @param {Field} field
 * @param {unknown} value
 */
function explain(type, field, value) {
  const details = { type: type.name, field: field.name }
  const where = `Field ${quote(field.name)} of type ${quote(type.name)}`
  if (value === undefined || (value === null && field.kind !== 'json')) {
    return new MillraceError('ERR_MISSING_FIELD', `${where} is required, got ${value}`, details)
  }
  if (isOutOfRange(field, value)) {
    const [least, most] = kindOf(field).range ?? []
    const range = field.kind === 'float32' ? '' : ` (${least} to ${most})`
    return new MillraceError('ERR_OUT_OF_RANGE', `${where}: ${show(value)} is outside the range of ${field.kind}${range}`, details)
  }
  const message = `${where} must be ${expected(field)}, got ${show(value)}`
  const { cause } = thrown
  thrown.cause = undefined
  return new MillraceError('ERR_INVALID_VALUE', message, cause === undefined ? details : { ...details, cause })
}

/**
 * The error for a key of a record or of changes that is no field.
 * @param {Type} type
 * @param {string} key
 * @param {any} value
 */
function unknownField(type, key, value) {
  const hint = key === 'id' ? ' (the store gives ids)' : ''
  const message = `Type ${quote(type.name)} has no field ${quote(key)}${hint}, got ${show(value)}`
  return new MillraceError('ERR_UNKNOWN_FIELD', message, { type: type.name, field: key })
}

/**
 * The error for changes that carry another id than the call.
 * @param {Type} type
 * @param {any} value
 * @param {number | undefined} id
 */
function foreignId(type, value, id) {
  const message = `The changes of a record of type ${quote(type.name)} carry the id ${show(value)}, the call names ${id}`
  return new MillraceError('ERR_UNKNOWN_FIELD', message, { type: type.name, field: 'id' })
}

/**
 * The error for a record or changes that are no object.
 * @param {Type} type
 * @param {unknown} value
 */
function notAnObject(type, value) {
  const message = `A record of type ${quote(type.name)}, or its changes, must be an object, got ${show(value)}`
  return new MillraceError('ERR_INVALID_ARGUMENT', message, { type: type.name })
}

/**
 * The error for user code that threw while a record was read.
 * @param {Type} type
 * @param {unknown} cause
 */
function threw(type, cause) {
  const message = `Reading a record of type ${quote(type.name)} threw ${show(cause)}`
  return new MillraceError('ERR_INVALID_VALUE', message, { type: type.name, cause })
}

/**
 * The error for a write that could not be applied.
 * @param {Type} type
 * @param {number} id
 */
function notFound(type, id) {
  return new MillraceError('ERR_NOT_FOUND', `Type ${quote(type.name)} has no record with the id ${id}`, { type: type.name, id })
}

module.exports = { explain, unknownField, foreignId, notAnObject, threw, notFound }
