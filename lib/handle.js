'use strict'
// What a db asks of the addon and of the system when it opens: the handle, the store that it is for, and shared memory.

const binding = require('../binding.js')
const { MillraceError, failed, invalidArgument, quote } = require('./errors.js')
const { describeTypes } = require('./schema.js')

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {(workers: number, memory: binding.HandleMemory, onFinished: () => void) => number} Open gives the handle's number */

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
 * @param {number} workers
 * @param {Open} open
 * @param {binding.HandleMemory} memory
 * @param {() => void} onFinished
 */
function openHandle(workers, open, memory, onFinished) {
  try {
    return open(workers, memory, onFinished)
  } catch (cause) {
    throw invalidArgument(`A db with ${workers} workers can't be opened: ${/** @type {Error} */ (cause).message}`, { cause })
  }
}

/**
 * For a store in memory. It must not hold a db, and so is made where none is known.
 * @param {Type[]} types
 * @returns {Open}
 */
const openMemory = (types) => (workers, memory, onFinished) => binding.open(describeTypes(types), workers, memory, onFinished)

/**
 * For a durable store that was recovered; `sync`: writes settle after a sync.
 * @param {binding.Recovery} recovery
 * @param {boolean} sync
 * @returns {Open}
 */
const openDurable = (recovery, sync) => (workers, memory, onFinished) => binding.openRecovered(recovery, sync, workers, memory, onFinished)

/**
 * Opens what a durable store left, or makes it.
 * @param {{ path: string, salvage: boolean }} durable
 * @param {Type[] | undefined} types
 */
function recover({ path, salvage }, types) {
  const recovery = new binding.Recovery(path, types && describeTypes(types), salvage)
  if (recovery.failure !== null) throw failed(`The store at ${quote(path)} can't be opened`, recovery.failure)
  return recovery
}

exports.openDurable = openDurable
exports.openHandle = openHandle
exports.openMemory = openMemory
exports.recover = recover
exports.sharedBuffer = sharedBuffer
