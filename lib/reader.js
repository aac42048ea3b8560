'use strict'
// Reads of an open db: rows come in blocks, through memory that all reads of the db share.

const binding = require('../binding.js')
const { Block, BLOCK_HEADER } = require('./block.js')

/**
 * A type's store with what reads need.
 * @typedef {object} TypeEntry
 * @property {import('./type-store.js').TypeStore} store
 * @property {(block: Block, at: number) => any} decode makes a row
 * @property {number} stride bytes from a row of a block to the next
 */

class Reader {
  /** @param {number} dbCtx @param {Block} block the one that the addon was opened with */
  constructor(dbCtx, block) {
    this.dbCtx = dbCtx
    this.block = block
    this.read = binding.getter(dbCtx)
  }

  /** @param {TypeEntry} entry @param {number} id */
  get({ store, decode }, id) {
    const { index } = store.type
    let read = this.#read(index, id)
    if (typeof read === 'number') {
      // Nothing was read into a block that is too small; and a worker may have made the record larger or deleted it since.
      while (typeof read === 'number' && read > this.block.size) {
        this.#replace(new Block(read))
        read = this.#read(index, id)
      }
      if (read === 0) return undefined
    }
    if (typeof read === 'string') this.block.beginRow(read)
    else this.block.begin()
    const row = decode(this.block, BLOCK_HEADER)
    this.#shrink()
    return row
  }

  /** @param {number} typeIndex @param {number} id */
  #read(typeIndex, id) {
    const { u32 } = this.block
    u32[0] = typeIndex
    u32[1] = id
    return this.read()
  }

  /**
   * Reads up to `limit` rows of a scan; gives them, the first one last, and where to go on.
   * @param {TypeEntry} entry
   * @param {import('../binding.js').Scan} scan
   * @param {number} from
   * @param {boolean} reverse
   * @param {number} limit
   */
  scan({ decode, stride }, scan, from, reverse, limit) {
    const size = scan.read(from, reverse, limit)
    if (size > this.block.size) {
      this.#replace(new Block(size))
      scan.read(from, reverse, limit)
    }
    const count = this.block.begin()
    const { next } = this.block
    /** @type {any[]} */
    const rows = []
    rows.length = count
    // The next one last, so that the iterator takes each off the end.
    for (let i = 0, at = BLOCK_HEADER; i < count; i++, at += stride) rows[count - 1 - i] = decode(this.block, at)
    this.#shrink()
    return { rows, next }
  }

  #shrink() {
    if (this.block.isLarge) this.#replace(new Block())
  }

  /** @param {Block} block */
  #replace(block) {
    binding.setScratch(this.dbCtx, block.u8)
    this.block = block
  }
}

exports.Reader = Reader
