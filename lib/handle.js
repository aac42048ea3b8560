'use strict'
// What a db asks of the addon and of the system when it opens: the handle, and shared memory.

const binding = require('../binding.js')
const { MillraceError, invalidArgument } = require('./errors.js')
const { KINDS } = require('./schema.js')

/** @param {number} size */
function sharedBuffer(size) {
  try {
    return new SharedArrayBuffer(size)
  } catch (cause) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `There is no memory for ${size} shared bytes`, { cause })
  }
}

/**
 * Opens the handle; the system may refuse to start its threads.
 * @param {import('./schema.js').Type[]} types
 * @param {number} workers
 * @param {binding.HandleMemory} memory
 * @param {() => void} onFinished
 */
function openHandle(types, workers, memory, onFinished) {
  try {
    return binding.open(describe(types), workers, memory, onFinished)
  } catch (cause) {
    throw invalidArgument(`A db with ${workers} workers can't be opened: ${/** @type {Error} */ (cause).message}`, { cause })
  }
}

/** @param {import('./schema.js').Type[]} types */
function describe(types) {
  return types.map(({ name, fields }) => ({
    name,
    fields: fields.map((field) => ({
      name: field.name,
      kind: KINDS[field.kind].code,
      optional: field.optional,
      values: field.values
    }))
  }))
}

exports.openHandle = openHandle
exports.sharedBuffer = sharedBuffer
