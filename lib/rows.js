'use strict'
// The open frame of new rows of a type: one typed array a column, until it is copied into the modify buffer.
// `src/frame.rs` draws the frame.

const binding = require('../binding.js')
const { kindOf } = require('./kinds.js')
const { MAX_UNITS, writeText, textSize } = require('./text.js')

const { FRAME_HEADER, ALIGN, ROWS } = binding.constants()

/** Most rows of a frame. */
const MAX_ROWS = 1024
/** Rows that the first record makes room for. */
const FEW_ROWS = 16
/** Up to this many bytes are copied one by one: `set` and its view cost more. */
const FEW_BYTES = 64

/** The binary value of a row without one. */
const NO_BYTES = new Uint8Array()

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {import('./ctx.js').Ctx} Ctx */
/** @typedef {import('./kinds.js').Cells} Cells */

/** @param {number} bytes */
const padded = (bytes) => Math.ceil(bytes / ALIGN) * ALIGN

/** What is the same for all frames of a type's rows. */
class RowsShape {
  /**
   * @param {Type} type
   * @param {number[]} columns fields in the order of their columns
   */
  constructor(type, columns) {
    this.type = type
    this.kinds = type.fields.map(kindOf)
    /** Fields in the order of their columns. */
    this.columns = columns
    /** Fields of varying size. */
    this.variable = type.fields.filter((field) => kindOf(field).variable).map((field) => field.index)
    /** Each field's place among the optional ones. */
    this.presence = type.fields.map((field) => type.fields.slice(0, field.index).filter((f) => f.optional).length)
    this.optional = type.fields.filter((field) => field.optional).length
    /** Bytes of a frame before its columns. */
    this.header = padded(FRAME_HEADER + 4 * this.variable.length)
    /** Bytes of a row but for its values of varying size, at most: its presence bits may each begin a byte. */
    this.row = this.kinds.reduce((sum, kind) => sum + kind.width, 0) + this.optional
    /** Bytes of a frame that are no row's, at most. */
    this.frame = this.header + ALIGN - 1
  }

  /**
   * Bytes of a frame of one row whose values of varying size take `bytes`.
   * @param {number} bytes
   */
  single(bytes) {
    return padded(this.header + this.row + bytes)
  }
}

class Rows {
  /**
   * @param {RowsShape} shape
   */
  constructor(shape) {
    this.shape = shape
    /** Rows so far. */
    this.count = 0
    /** Rows that there is room for. */
    this.capacity = 0
    /** Id of the first row. */
    this.first = 0
    /** Bytes of the ring that are set aside for the frame. */
    this.reserved = 0
    /** UTF-16 units and bytes of the values of varying size. */
    this.units = 0
    /** Rows that were written already, of rows that are written in pieces. */
    this.written = 0
    /** UTF-16 units of each text column that were written already. */
    this.textAt = shape.kinds.map(() => 0)
    /** @type {any[]} a typed array for each field; lengths, for those of varying size */
    this.cells = []
    /** @type {Uint8Array[]} the same memory as bytes */
    this.bytes = []
    /** @type {Uint8Array[]} presence bits of each optional field */
    this.bits = []
    /** @type {any[]} for each field: a string that grows, or a list of one binary value a row */
    this.heaps = shape.kinds.map((kind) => (kind.variable && !kind.text ? [] : ''))
    this.grow()
  }

  /** Whether a row with so many more units and bytes belongs into the next frame. */
  isFull(/** @type {number} */ units) {
    return this.count === MAX_ROWS || (this.units + units > MAX_UNITS && this.count > 0)
  }

  grow() {
    const { shape, cells, bits } = this
    const capacity = this.capacity === 0 ? FEW_ROWS : Math.min(MAX_ROWS, this.capacity * 8)
    this.cells = shape.kinds.map((kind, field) => {
      const larger = new kind.Cells(capacity)
      if (cells.length > 0) larger.set(cells[field])
      return larger
    })
    this.bytes = this.cells.map((column) => new Uint8Array(column.buffer))
    this.bits = Array.from({ length: shape.optional }, (_, index) => {
      const larger = new Uint8Array(capacity >> 3)
      if (bits.length > 0) larger.set(bits[index])
      return larger
    })
    this.capacity = capacity
  }

  /** Forgets all rows. */
  clear() {
    this.count = 0
    this.reserved = 0
    this.units = 0
    this.written = 0
    for (const field of this.shape.variable) {
      this.textAt[field] = 0
      if (typeof this.heaps[field] === 'string') this.heaps[field] = ''
      else this.heaps[field].length = 0
    }
  }

  /** Rows that were not written yet. */
  get left() {
    return this.count - this.written
  }

  /**
   * How many of the next rows surely fit into a frame of `most` bytes; at least one.
   * @param {number} most
   */
  fit(most) {
    const { shape, cells, written } = this
    let bytes = shape.frame
    if (bytes + this.left * shape.row + this.units <= most) return this.left
    for (let row = written; row < this.count; row++) {
      bytes += shape.row
      for (const field of shape.variable) bytes += cells[field][row]
      if (bytes > most) return Math.max(1, row - written)
    }
    return this.left
  }

  /** Bytes of a frame of the rows that were not written yet, at most. */
  bound() {
    const { shape } = this
    return shape.frame + this.left * shape.row + 3 * this.units
  }

  /**
   * Exact bytes of a frame of the next `count` rows.
   * @param {number} count
   */
  size(count) {
    const { shape, written } = this
    let bytes = shape.header + count * (shape.row - shape.optional) + Math.ceil(count / 8) * shape.optional
    for (const field of shape.variable) {
      const heap = this.heap(field, count)
      if (typeof heap !== 'string') for (const value of heap) bytes += value.length
      else bytes += textSize(heap, this.cells[field].subarray(written, written + count))
    }
    return padded(bytes)
  }

  /**
   * The values of the next `count` rows of a field of varying size.
   * @param {number} field
   * @param {number} count
   * @returns {string | Uint8Array[]}
   */
  heap(field, count) {
    const heap = this.heaps[field]
    if (count === this.count) return heap
    if (typeof heap !== 'string') return heap.slice(this.written, this.written + count)
    return heap.slice(this.textAt[field], this.textAt[field] + this.textLength(field, count))
  }

  /**
   * UTF-16 units of the next `count` rows of a text column.
   * @param {number} field
   * @param {number} count
   */
  textLength(field, count) {
    const lengths = this.cells[field]
    let units = 0
    for (let row = this.written; row < this.written + count; row++) units += lengths[row]
    return units
  }

  /**
   * Copies the next `count` rows as a frame into the modify buffer at `ctx.pos`, which must have room.
   * @param {Ctx} ctx
   * @param {number} count
   * @param {number} first id of the first of them
   */
  write(ctx, count, first) {
    const { shape, bytes, written } = this
    const { u8, u32 } = ctx
    const base = ctx.pos
    let at = base + shape.header
    for (const field of shape.columns) {
      const { width } = shape.kinds[field]
      at = copy(u8, at, bytes[field], written * width, count * width)
    }
    for (const bits of this.bits) at = copyBits(u8, at, bits, written, count)
    let total = (base + FRAME_HEADER) >> 2
    for (const field of shape.variable) {
      const heap = this.heap(field, count)
      const start = at
      if (typeof heap === 'string') {
        at += writeText(ctx.buffer, at, heap, this.cells[field], written, count)
        this.textAt[field] += heap.length
      } else {
        for (const value of heap) {
          u8.set(value, at)
          at += value.length
        }
      }
      u32[total++] = at - start
    }
    const end = padded(at)
    while (at < end) u8[at++] = 0
    u32[base >> 2] = end - base
    u32[(base >> 2) + 1] = shape.type.index | (ROWS << 16)
    u32[(base >> 2) + 2] = first
    u32[(base >> 2) + 3] = count
    ctx.pos = end
    this.written += count
  }
}

/**
 * @param {Uint8Array} to
 * @param {number} at
 * @param {Uint8Array} source
 * @param {number} from
 * @param {number} length
 */
function copy(to, at, source, from, length) {
  if (length > FEW_BYTES) to.set(source.subarray(from, from + length), at)
  else for (let i = 0; i < length; i++) to[at + i] = source[from + i]
  return at + length
}

/**
 * @param {Uint8Array} to
 * @param {number} at
 * @param {Uint8Array} bits
 * @param {number} from
 * @param {number} count
 */
function copyBits(to, at, bits, from, count) {
  const length = (count + 7) >> 3
  const shift = from & 7
  for (let i = 0, byte = from >> 3; i < length; i++, byte++) to[at + i] = ((bits[byte + 1] << 8) | bits[byte]) >> shift
  return at + length
}

exports.MAX_ROWS = MAX_ROWS
exports.NO_BYTES = NO_BYTES
exports.padded = padded
exports.Rows = Rows
exports.RowsShape = RowsShape
