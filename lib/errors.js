'use strict'
// MillraceError, and how values are shown in its messages.

const { inspect } = require('node:util')

/** @typedef {import('..').MillraceErrorCode} Code */
/** @typedef {{ cause?: unknown, type?: string, field?: string, id?: number, index?: number }} Details */

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
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
}

/**
 * Any value as it stands in a message, without running code of its owner's, long ones cut.
 * @param {unknown} value
 */
function show(value) {
  if (typeof value === 'string') return quote(value)
  const options = { depth: 1, breakLength: Infinity, customInspect: false, getters: false, maxArrayLength: 5, maxStringLength: SHOWN }
  let shown
  try {
    shown = inspect(value, options)
  } catch {
    // A proxy or an odd prototype can make even inspecting fail.
    return `a value of type ${typeof value}`
  }
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown
}

/** @param {string} message */
const invalidArgument = (message) => new MillraceError('ERR_INVALID_ARGUMENT', message)

const closed = () => new MillraceError('ERR_CLOSED', 'The db is closed')

exports.MillraceError = MillraceError
exports.quote = quote
exports.show = show
exports.invalidArgument = invalidArgument
exports.closed = closed
