'use strict'
// Why a value was refused: found again from the value, off the hot path.

const { MillraceError, quote, show } = require('./errors.js')
const { kindOf, thrown } = require('./kinds.js')

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {import('./schema.js').Field} Field */

/** @param {Field} field */
const expected = (field) => (field.values.length > 0 ? `one of ${show(field.values)}` : field.kind)

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
    return new MillraceError('ERR_OUT_OF_RANGE', `${where}: ${show(value)} is outside the range of ${field.kind}`, details)
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
  const message = `Type ${quote(type.name)} has no field ${quote(key)}, got ${show(value)}`
  return new MillraceError('ERR_UNKNOWN_FIELD', message, { type: type.name, field: key })
}

/**
 * The error for a record or changes that are no object.
 * @param {Type} type
 * @param {unknown} value
 */
function notAnObject(type, value) {
  const message = `A record of type ${quote(type.name)} must be an object, got ${show(value)}`
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

module.exports = { explain, unknownField, notAnObject, threw, notFound }
