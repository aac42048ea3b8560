'use strict'
// Reads of an open db: rows come in blocks, through memory that all reads of the db share.

const binding = require('../binding.js')
const { Block, BLOCK_HEADER } = require('./block.js')

/** What `read` is asked for: the handle, the type, and the id, in memory that ends on 8 bytes. All of a thread's dbs share it. */
const request = new Uint32Array(4)
const read = binding.getter(new Uint8Array(request.buffer))

/** @typedef {import('./types.js').TypeEntry} TypeEntry */

class Reader {
  /** @param {number} dbCtx @param {Block} block the one that the addon was opened with */
  constructor(dbCtx, block) {
    this.dbCtx = dbCtx
    this.block = block
  }

  /** @param {TypeEntry} entry @param {number} id */
  get({ store, decode }, id) {
    const { index } = store.type
    let found = this.#read(index, id)
    if (typeof found === 'number') {
      // Nothing was read into a block that is too small; and a worker may have made the record larger or deleted it since.
      while (typeof found === 'number' && found > this.block.size) {
        this.#replace(new Block(found))
        found = this.#read(index, id)
      }
      if (found === 0) return undefined
    }
    if (typeof found === 'string') this.block.beginRow(found)
    else this.block.begin()
    const row = decode(this.block, BLOCK_HEADER)
    this.#shrink()
    return row
  }

  /** @param {number} typeIndex @param {number} id */
  #read(typeIndex, id) {
    request[0] = this.dbCtx
    request[1] = typeIndex
    request[2] = id
    return read()
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
    // oxlint-disable-next-line no-new-array
    const rows = new Array(count)
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
