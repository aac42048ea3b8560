'use strict'
// Reads of an open db: rows come in blocks, through memory that all reads of the db share.

const binding = require('../binding.js')
const { Block, BLOCK_HEADER } = require('./block.js')

/**
 * A type's store with what reads need.
 * @typedef {object} TypeEntry
 * @property {string} name
 * @property {import('./type-store.js').TypeStore} store
 * @property {(block: Block, at: number) => any} decode makes a row
 * @property {number} stride bytes from a row of a block to the next
 * @property {TypeEntry} next the type that was used after it the last time
 */

class Reader {
  /** @param {number} dbCtx @param {Block} block the one that the addon was opened with */
  constructor(dbCtx, block) {
    this.dbCtx = dbCtx
    this.block = block
  }

  /** @param {TypeEntry} entry @param {number} id */
  get({ store, decode }, id) {
    const { index } = store.type
    let size = binding.get(this.dbCtx, index, id)
    // Nothing was read into a block that is too small; and a worker may have made the record larger or deleted it since.
    while (size > this.block.size) {
      this.#replace(new Block(size))
      size = binding.get(this.dbCtx, index, id)
    }
    if (size === 0) return undefined
    this.block.begin()
    const row = decode(this.block, BLOCK_HEADER)
    this.#shrink()
    return row
  }

  /**
   * Reads up to `limit` rows of a scan, in its order; gives them and where to go on.
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
    const rows = []
    for (let i = 0; i < count; i++) rows.push(decode(this.block, BLOCK_HEADER + i * stride))
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
