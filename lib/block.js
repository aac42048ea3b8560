'use strict'
// The scratch block that rows are read into (`src/store/block.rs` draws it), and the values cut from it.

const { constants } = require('node:buffer')
const binding = require('../binding.js')

const { BLOCK_HEADER } = binding.constants()
const { MAX_STRING_LENGTH } = constants

/** Bytes of a new block. */
const SIZE = 64 * 1024
/** A block that had to grow beyond this is replaced by a small one after use. */
const KEPT = 1024 * 1024

/** @typedef {import('./schema.js').Field} Field */

class Block {
  /** @param {number} [size] */
  constructor(size = SIZE) {
    const buffer = new ArrayBuffer(Math.ceil(size / 8) * 8)
    // `latin1Slice` and `utf8Slice` are not in Node's documentation but in every version of it, and faster than `toString`.
    this.buffer = /** @type {any} */ (Buffer.from(buffer))
    this.u8 = new Uint8Array(buffer)
    this.i8 = new Int8Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.i16 = new Int16Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.f32 = new Float32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.i64 = new BigInt64Array(buffer)
    this.u64 = new BigUint64Array(buffer)
    this.text = ''
    /** Where the next text is in `text`. */
    this.textAt = 0
    /** Where the next text is in the block, if all of it is too long for one string; else 0. */
    this.long = 0
    /** Where the next binary value is. */
    this.binaryAt = 0
  }

  get size() {
    return this.u8.length
  }

  /** Whether the block is much larger than blocks usually need to be. */
  get isLarge() {
    return this.size > KEPT
  }

  /** Starts at the first row: decodes all of the text at once. Returns how many rows there are. */
  begin() {
    const { u32 } = this
    const textAt = u32[2]
    const textBytes = u32[3]
    this.binaryAt = u32[1]
    this.textAt = 0
    this.long = textBytes > MAX_STRING_LENGTH ? textAt : 0
    if (textBytes === 0 || this.long > 0) this.text = ''
    else if (u32[4] === 1) this.text = this.buffer.latin1Slice(textAt, textAt + textBytes)
    else this.text = this.buffer.utf8Slice(textAt, textAt + textBytes)
    return u32[0]
  }

  /** Starts at a row whose text was read already. @param {string} text */
  beginRow(text) {
    this.binaryAt = this.u32[1]
    this.textAt = 0
    this.long = 0
    this.text = text
  }

  /** Where the reader of a scan goes on. */
  get next() {
    return this.u32[5]
  }

  /** @param {number} length in UTF-16 units */
  takeText(length) {
    if (this.long > 0) return this.takeLongText(length)
    const start = this.textAt
    this.textAt += length
    return this.text.slice(start, this.textAt)
  }

  /**
   * A value of a block whose text is longer than a string can be.
   * @param {number} length in UTF-16 units
   */
  takeLongText(length) {
    const start = this.long
    let at = start
    for (let units = 0; units < length; ) {
      const byte = this.u8[at]
      units += byte < 0xf0 ? 1 : 2
      at += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    }
    this.long = at
    return this.buffer.utf8Slice(start, at)
  }

  /** @param {number} length in bytes */
  takeBytes(length) {
    const start = this.binaryAt
    this.binaryAt += length
    return this.u8.slice(start, this.binaryAt)
  }

  /**
   * @param {string} name
   * @returns {any}
   */
  view(name) {
    return this[/** @type {'u8'} */ (name)]
  }

  /**
   * The value of a field whose cell holds `cell`.
   * @param {Field} field
   * @param {any} cell
   */
  value(field, cell) {
    switch (field.kind) {
      case 'string': return this.takeText(cell)
      case 'json': return JSON.parse(this.takeText(cell))
      case 'binary': return this.takeBytes(cell)
      case 'boolean': return cell !== 0
      case 'timestamp': return new Date(cell)
      case 'enum8':
      case 'enum16': return field.values[cell]
      default: return cell
    }
  }
}

exports.Block = Block
exports.BLOCK_HEADER = BLOCK_HEADER
