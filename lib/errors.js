'use strict'
// MillraceError, and how values are shown in its messages.

const { getSystemErrorName } = require('node:util')
const types = require('node:util/types')

/** @typedef {import('..').MillraceErrorCode} Code */
/** @typedef {{ cause?: unknown, type?: string, field?: string, id?: number, index?: number, file?: string, offset?: number }} Details */
/** @typedef {import('../binding.js').FailureDescription} Failure why something failed in the addon */

const time = Date.prototype.getTime
/** Most characters of a value in a message. */
const SHOWN = 80

/** See `index.d.ts`. */
class MillraceError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {Details} [details]
   */
  constructor(code, message, details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    /** @type {Code} */
    this.code = code
    const { cause: _, ...properties } = details
    for (const [name, value] of Object.entries(properties)) if (value !== undefined) Object.assign(this, { [name]: value })
  }
}
Object.defineProperty(MillraceError.prototype, 'name', { value: 'MillraceError', writable: true, configurable: true })

/**
 * A name or string as it stands in a message: quoted, long ones cut.
 * @param {string} text
 */
function quote(text) {
  return JSON.stringify(cut(text))
}

/**
 * Any value as it stands in a message: short, found in constant time and without running code of its owner's.
 * @param {unknown} value
 * @returns {string}
 */
function show(value) {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'bigint') return cut(`${value}n`)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return cut(value.toString())
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (types.isProxy(value)) return 'a Proxy'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (types.isDate(value)) return Number.isNaN(time.call(value)) ? 'an invalid Date' : 'a Date'
  if (types.isUint8Array(value)) return 'a Uint8Array'
  if (types.isNativeError(value)) return showError(value)
  return 'an object'
}

/**
 * What an error says, if that is plain data.
 * @param {object} error
 */
function showError(error) {
  const message = Object.getOwnPropertyDescriptor(error, 'message')?.value
  return typeof message === 'string' ? `an error: ${cut(message)}` : 'an error'
}

/** @param {string} text */
const cut = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)

/** @param {string} message @param {Details} [details] */
const invalidArgument = (message, details) => new MillraceError('ERR_INVALID_ARGUMENT', message, details)

/**
 * What led to a failure: with the code and number of the system's error, if it was one.
 * @param {Failure} failure
 */
function causeOf({ message, errno }) {
  const cause = new Error(message)
  return typeof errno === 'number' ? Object.assign(cause, { code: getSystemErrorName(-errno), errno: -errno }) : cause
}

/**
 * The error for a write to a store that takes none any more.
 * @param {Failure} failure
 */
function refused(failure) {
  const message = failure.code === 'ERR_POISONED' ? 'The store is poisoned: a worker failed' : 'The log can\'t be written: the store takes no more writes'
  return new MillraceError(/** @type {Code} */ (failure.code), message, { cause: causeOf(failure) })
}

/**
 * The error for `what`, which failed in the addon.
 * @param {string} what
 * @param {Failure} failure
 */
function failed(what, failure) {
  const details = { file: failure.file ?? undefined, offset: failure.offset ?? undefined, cause: causeOf(failure) }
  return new MillraceError(/** @type {Code} */ (failure.code), `${what}: ${failure.message}`, details)
}

const closed = () => new MillraceError('ERR_CLOSED', 'The db is closed')

exports.MillraceError = MillraceError
exports.quote = quote
exports.show = show
exports.invalidArgument = invalidArgument
exports.closed = closed
exports.refused = refused
exports.failed = failed
