'use strict'
// Iterating a snapshot: blocks of rows, decoded as they are reached.

const binding = require('../binding.js')
const { invalidArgument, quote, show } = require('./errors.js')

/** Rows of the first block, and of later ones at most. */
const FIRST_ROWS = 16
const MOST_ROWS = 256
/** One past the largest id. */
const END = binding.constants().MAX_ID + 1

/** @typedef {import('..').ScanOptions} ScanOptions */

/**
 * Checks the options of a scan.
 * @param {unknown} options
 * @returns {{ from: number, to: number, limit: number, reverse: boolean }}
 */
function scanOptions(options = {}) {
  if (typeof options !== 'object' || options === null) throw invalidArgument(`scan takes an object of options, got ${show(options)}`)
  for (const key of Object.keys(options)) {
    if (!['from', 'to', 'limit', 'reverse'].includes(key)) throw invalidArgument(`scan has no option ${quote(key)}`)
  }
  const { from = 0, to = END, limit = Infinity, reverse = false } = /** @type {any} */ (options)
  for (const [name, value] of Object.entries({ from, to })) {
    if (!Number.isInteger(value) || value < 0 || value > END) {
      throw invalidArgument(`scan option ${name} must be an id, an integer from 0 to ${END}, got ${show(value)}`)
    }
  }
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw invalidArgument(`scan option limit must be an integer from 0 on, got ${show(limit)}`)
  }
  if (typeof reverse !== 'boolean') throw invalidArgument(`scan option reverse must be a boolean, got ${show(reverse)}`)
  return { from, to: Math.max(from, to), limit, reverse }
}

/** @implements {IterableIterator<any>} */
class RowIterator {
  /**
   * @param {import('./reader.js').Reader} reader
   * @param {import('./reader.js').TypeEntry} entry
   * @param {ReturnType<typeof scanOptions>} options
   * @param {() => void} assertOpen
   */
  constructor(reader, entry, { from, to, limit, reverse }, assertOpen) {
    this.reader = reader
    this.entry = entry
    this.assertOpen = assertOpen
    /** @type {binding.Scan | undefined} */
    this.scan = limit > 0 ? new binding.Scan(reader.dbCtx, entry.store.type.index, from, to, limit, reverse) : undefined
    this.reverse = reverse
    this.from = reverse ? to : from
    this.left = limit
    this.size = FIRST_ROWS
    /** @type {any[]} rows of the current block, the next one last */
    this.rows = []
  }

  [Symbol.iterator]() {
    return this
  }

  /** @returns {IteratorResult<any, undefined>} */
  next() {
    this.assertOpen()
    if (this.rows.length === 0 && this.scan !== undefined) this.fill(this.scan)
    const value = this.rows.pop()
    return value === undefined ? { done: true, value } : { done: false, value }
  }

  /** @param {binding.Scan} scan */
  fill(scan) {
    const limit = Math.min(this.left, this.size)
    const { rows, next } = this.reader.scan(this.entry, scan, this.from, this.reverse, limit)
    this.rows = rows
    this.from = next
    this.left -= this.rows.length
    this.size = Math.min(MOST_ROWS, this.size * 2)
    if (this.rows.length === 0 || this.left === 0) this.end()
  }

  /** Lets the snapshot go. */
  end() {
    this.scan?.end()
    this.scan = undefined
  }

  /**
   * @param {any} [value]
   * @returns {IteratorResult<any, any>}
   */
  return(value) {
    this.end()
    this.rows = []
    return { done: true, value }
  }
}

exports.RowIterator = RowIterator
exports.scanOptions = scanOptions
