'use strict'
// What a db asks of the addon and of the system when it opens: the handle, and shared memory.

const binding = require('../binding.js')
const { Block } = require('./block.js')
const { MillraceError, failed, quote } = require('./errors.js')
const { describeTypes } = require('./schema.js')

const { STATE_LINE, REPORT_ENTRY } = binding.constants()
/** Entries that `finished` reports at a time. */
const REPORT_ENTRIES = 1024

/** @typedef {ReturnType<typeof import('./options.js').parseOptions>} Options */

/** @param {number} size */
function sharedBuffer(size) {
  try {
    return new SharedArrayBuffer(size)
  } catch (cause) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `There is no memory for ${size} shared bytes`, { cause })
  }
}

/** The memory of a handle, which it shares with the addon. */
class Memory {
  /** @param {Options} options */
  constructor({ workers, defaultWorkers, maxModifySize }) {
    const lines = Math.max(workers ?? defaultWorkers, 1) + 1
    this.modifyBuffer = sharedBuffer(maxModifySize)
    this.states = new Int32Array(sharedBuffer(4 * STATE_LINE * lines))
    this.report = new Uint32Array(sharedBuffer(4 * REPORT_ENTRY * REPORT_ENTRIES))
    this.block = new Block()
  }

  /** @returns {binding.HandleMemory} */
  get bytes() {
    return {
      buffer: new Uint8Array(this.modifyBuffer),
      states: new Uint8Array(this.states.buffer),
      report: new Uint8Array(this.report.buffer),
      scratch: this.block.u8
    }
  }
}

/** @param {Options} options */
function whatOf({ name, durable, workers, defaultWorkers }) {
  if (durable !== undefined) return `The store at ${quote(durable.path)}`
  if (name !== undefined) return `The store ${quote(name)}`
  return `A db with ${workers ?? defaultWorkers} workers`
}

/**
 * Opens a handle. It must not hold a db, and so is made where none is known.
 * @param {Options} options
 * @param {import('./schema.js').Type[] | undefined} types
 * @param {Memory} memory
 * @param {() => void} onFinished
 * @returns {binding.Opened}
 */
function openHandle(options, types, memory, onFinished) {
  const { name, durable, workers, defaultWorkers } = options
  const request = {
    types: types && describeTypes(types),
    workers,
    defaultWorkers,
    name,
    path: durable?.path,
    sync: durable?.sync,
    salvage: durable?.salvage ?? false
  }
  const opened = binding.open(request, memory.bytes, onFinished)
  if ('code' in opened) throw failed(`${whatOf(options)} can't be opened`, opened)
  return opened
}

exports.Memory = Memory
exports.openHandle = openHandle
exports.REPORT_ENTRIES = REPORT_ENTRIES
exports.sharedBuffer = sharedBuffer
