'use strict'
// The open frame of operations of a type: packed words, and the text of all cells, until it is copied into the modify
// buffer. `src/frame.rs` draws the frame.

const binding = require('../binding.js')
const { TextHeap } = require('./heap.js')
const { padded } = require('./rows.js')
const { MAX_UNITS } = require('./text.js')

const { OPERATIONS_HEADER, ALIGN, OPERATIONS, MODIFY, DELETE, NULL } = binding.constants()

/** Words after which a frame takes no more operations. */
const MAX_WORDS = 1 << 14
/** Bytes of a frame that are no operation's, at most. */
const FRAME = OPERATIONS_HEADER + ALIGN - 1
/** Bytes of an operation without cells. */
const OPERATION = 12
/** Bytes of a cell without its value; a text's length takes as many again. */
const CELL = 4

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('./ctx.js').Ctx} Ctx */

/** Turns numbers into words. */
const scratch = new ArrayBuffer(8)
const asWords = new Uint32Array(scratch)
const asBytes = new Uint8Array(scratch)

class Operations {
  /** @param {Type} type */
  constructor(type) {
    this.type = type
    /** Operations so far. */
    this.count = 0
    /** Bytes of the ring that are set aside for the frame. */
    this.reserved = 0
    /** An operation names an id that was not given out yet: the frame is closed before the next create. */
    this.reachesAhead = false
    this.words = new Uint32Array(64)
    this.bytes = new Uint8Array(this.words.buffer)
    /** Words so far. */
    this.length = 0
    this.heap = new TextHeap()
    /** @type {number[]} lengths of the strings of `heap`, in UTF-16 units */
    this.lengths = []
    /** UTF-16 units of all of them. */
    this.units = 0
  }

  /** Whether an operation with so many more units belongs into the next frame. */
  isFull(/** @type {number} */ units) {
    return this.count > 0 && (this.length > MAX_WORDS || this.units + units > MAX_UNITS)
  }

  /** Forgets all operations. */
  clear() {
    this.count = 0
    this.reserved = 0
    this.reachesAhead = false
    this.length = 0
    this.heap.clear()
    this.lengths.length = 0
    this.units = 0
    if (this.words.length > 4 * MAX_WORDS) this.resize(64)
  }

  /** @param {number} words */
  resize(words) {
    const larger = new Uint32Array(words)
    larger.set(this.words.subarray(0, this.length))
    this.words = larger
    this.bytes = new Uint8Array(larger.buffer)
  }

  /**
   * Begins an operation of at most `bytes` bytes.
   * @param {number} operation
   * @param {number} cells
   * @param {number} id
   * @param {number} place
   * @param {number} bytes
   */
  begin(operation, cells, id, place, bytes) {
    const need = this.length + (bytes >> 2)
    if (need > this.words.length) this.resize(Math.max(need, 2 * this.words.length))
    const { words } = this
    words[this.length++] = operation | (cells << 8)
    words[this.length++] = id
    words[this.length++] = place
    this.count++
  }

  /** @param {number} field */
  clearCell(field) {
    this.words[this.length++] = field | NULL
  }

  /** @param {number} field @param {string} text */
  textCell(field, text) {
    this.words[this.length++] = field
    this.heap.add(text)
    this.lengths.push(text.length)
    this.units += text.length
  }

  /** @param {number} field @param {Uint8Array} value */
  binaryCell(field, value) {
    const { length } = value
    this.words[this.length++] = field
    this.words[this.length++] = length
    this.bytes.set(value, this.length * 4)
    this.bytes.fill(0, this.length * 4 + length, padded4(this.length * 4 + length))
    this.length += padded4(length) >> 2
  }

  /**
   * @param {number} field
   * @param {Kind} kind
   * @param {any} value
   */
  numberCell(field, kind, value) {
    asWords[0] = 0
    const view = numberViews.get(kind.Cells)
    view[0] = value
    this.words[this.length++] = field
    this.words[this.length++] = asWords[0]
    if (kind.width === 8) this.words[this.length++] = asWords[1]
  }

  /**
   * Copies the frame into the modify buffer at `ctx.pos`, which must have room.
   * @param {Ctx} ctx
   */
  write(ctx) {
    const { u8, u32 } = ctx
    const base = ctx.pos
    const word = base >> 2
    let at = base + OPERATIONS_HEADER
    u32.set(this.words.subarray(0, this.length), at >> 2)
    at += this.length * 4
    for (const length of this.lengths) {
      u32[at >> 2] = length
      at += 4
    }
    const text = at
    at = this.heap.write(ctx.buffer, at, this.lengths, this.lengths.length)
    u32[word + 5] = at - text
    const end = padded(at)
    while (at < end) u8[at++] = 0
    u32[word] = end - base
    u32[word + 1] = this.type.index | (OPERATIONS << 16)
    u32[word + 2] = this.length
    u32[word + 3] = this.count
    u32[word + 4] = this.lengths.length
    ctx.pos = end
  }
}

/** @type {Map<any, any>} a view of the scratch words for each kind of typed array */
const numberViews = new Map(
  [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]
    .map((View) => [View, View === Uint8Array ? asBytes : new View(scratch)])
)

/** @param {number} bytes */
const padded4 = (bytes) => (bytes + 3) & ~3

exports.Operations = Operations
exports.FRAME = FRAME
exports.OPERATION = OPERATION
exports.CELL = CELL
exports.MODIFY = MODIFY
exports.DELETE = DELETE
exports.padded4 = padded4
