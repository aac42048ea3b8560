'use strict'
// The open frame of new rows of a type: one typed array a column, until it is copied into the modify buffer.
// `src/frame.rs` draws the frame.

const binding = require('../binding.js')
const { kindOf } = require('./kinds.js')
const { BinaryHeap, TextHeap } = require('./heap.js')
const { MAX_UNITS } = require('./text.js')

const { FRAME_HEADER, ALIGN, ROWS } = binding.constants()

/** Most rows of a frame. */
const MAX_ROWS = 1024
/** Rows that the first record makes room for. */
const FEW_ROWS = 16
/** Up to this many bytes are copied one by one: `set` and its view cost more. */
const FEW_BYTES = 64

/**
 * After so many rows the heaps are made anew. V8 notes each string that is stored into an object that has grown old: with
 * heaps that are young a create costs 5 ns less.
 */
const MANY_ROWS = 64

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

  /** For each field of varying size, what gathers its values. */
  heaps() {
    // Not by `map`: of that V8 makes another kind of array once it has compiled this, and encoders would be compiled anew.
    const heaps = []
    for (const { variable, text } of this.kinds) heaps.push(variable ? new (text ? TextHeap : BinaryHeap)() : undefined)
    return heaps
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
    /** @type {any[]} a typed array for each field; lengths, for those of varying size */
    this.cells = []
    /** @type {Uint8Array[]} the same memory as bytes */
    this.bytes = []
    /** @type {Uint8Array[]} presence bits of each optional field */
    this.bits = []
    /** @type {any[]} for each field of varying size, what gathers its values */
    this.heaps = shape.heaps()
    this.grow()
  }

  /** Whether a row with so many more units and bytes belongs into the next frame. */
  isFull(/** @type {number} */ units) {
    return this.count === MAX_ROWS || (this.units + units > MAX_UNITS && this.count > 0)
  }

  /** Makes room for more rows, or fails and changes nothing. */
  grow() {
    const { shape } = this
    const capacity = this.capacity === 0 ? FEW_ROWS : Math.min(MAX_ROWS, this.capacity * 8)
    const cells = shape.kinds.map((kind, field) => {
      const larger = new kind.Cells(capacity)
      if (this.cells.length > 0) larger.set(this.cells[field])
      return larger
    })
    const bytes = cells.map((column) => new Uint8Array(column.buffer))
    const bits = Array.from({ length: shape.optional }, (_, index) => {
      const larger = new Uint8Array(capacity >> 3)
      if (this.bits.length > 0) larger.set(this.bits[index])
      return larger
    })
    this.cells = cells
    this.bytes = bytes
    this.bits = bits
    this.capacity = capacity
  }

  /** Forgets all rows. */
  clear() {
    const { shape } = this
    if (this.count > MANY_ROWS) this.heaps = shape.heaps()
    else for (const field of shape.variable) this.heaps[field].clear()
    this.count = 0
    this.reserved = 0
    this.units = 0
  }

  /** Bytes of the frame, at most. */
  bound() {
    const { shape } = this
    return shape.frame + this.count * shape.row + 3 * this.units
  }

  /** Exact bytes of the frame. */
  size() {
    const { shape, count } = this
    let bytes = shape.header + count * (shape.row - shape.optional) + Math.ceil(count / 8) * shape.optional
    for (const field of shape.variable) bytes += this.heaps[field].size(this.cells[field], count)
    return padded(bytes)
  }

  /**
   * Copies the frame into the modify buffer at `ctx.pos`, which must have room.
   * @param {Ctx} ctx
   * @param {number} first id of the first row
   */
  write(ctx, first) {
    const { shape, bytes, count } = this
    const { u8, u32 } = ctx
    const base = ctx.pos
    let at = base + shape.header
    for (const field of shape.columns) at = copy(u8, at, bytes[field], count * shape.kinds[field].width)
    for (const bits of this.bits) at = copy(u8, at, bits, (count + 7) >> 3)
    let total = (base + FRAME_HEADER) >> 2
    for (const field of shape.variable) {
      const end = this.heaps[field].write(ctx.buffer, at, this.cells[field], count)
      u32[total++] = end - at
      at = end
    }
    const end = padded(at)
    while (at < end) u8[at++] = 0
    u32[base >> 2] = end - base
    u32[(base >> 2) + 1] = shape.type.index | (ROWS << 16)
    u32[(base >> 2) + 2] = first
    u32[(base >> 2) + 3] = count
    ctx.pos = end
  }
}

/**
 * @param {Uint8Array} to
 * @param {number} at
 * @param {Uint8Array} source
 * @param {number} length
 */
function copy(to, at, source, length) {
  if (length > FEW_BYTES) to.set(source.subarray(0, length), at)
  else for (let i = 0; i < length; i++) to[at + i] = source[i]
  return at + length
}

exports.MAX_ROWS = MAX_ROWS
exports.padded = padded
exports.Rows = Rows
exports.RowsShape = RowsShape
