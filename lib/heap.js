'use strict'
// The values of a column whose sizes vary, gathered until the frame is copied into the modify buffer.

const { textSize, writeText } = require('./text.js')

/**
 * Strings from this length on are written one by one: joined, they would be copied once more. Of shorter ones the call
 * into the addon costs more than that.
 */
const LONG = 512

/**
 * Source of `add`, for generated code that is not to call any function: at the end of the stack a call may fail.
 * @param {string} heap
 * @param {string} text
 */
const addTextSource = (heap, text) => `if (${text}.length < ${LONG}) ${heap}.short += ${text}
  else { ${heap}.short === '' ? ${heap}.before.push(${text}) : ${heap}.before.push(${heap}.short, ${text}); ${heap}.short = '' }`

/** The strings of a column, or of a frame of operations. */
class TextHeap {
  /** Strings so far that come before `short`: long ones, and short ones joined. @type {string[]} */
  before = []
  /** Short strings, joined. */
  short = ''

  /** @param {string} text */
  add(text) {
    if (text.length < LONG) this.short += text
    else {
      if (this.short === '') this.before.push(text)
      else this.before.push(this.short, text)
      this.short = ''
    }
  }

  /** @param {string} texts short strings, joined already */
  join(texts) {
    this.short += texts
  }

  /**
   * Bytes that the strings, of these lengths, take in UTF-8.
   * @param {ArrayLike<number>} lengths
   * @param {number} count
   */
  size(lengths, count) {
    let bytes = 0
    this.#each(lengths, count, (text, from, to) => { bytes += textSize(text, lengths, from, to) })
    return bytes
  }

  /**
   * Writes the strings, of these lengths, in UTF-8 at `at`, where there is room; returns where they end.
   * @param {Buffer} buffer
   * @param {number} at
   * @param {ArrayLike<number>} lengths
   * @param {number} count
   */
  write(buffer, at, lengths, count) {
    if (this.before.length === 0) return at + writeText(buffer, at, this.short, lengths, 0, count)
    let end = at
    this.#each(lengths, count, (text, from, to) => { end += writeText(buffer, end, text, lengths, from, to) })
    return end
  }

  /**
   * @param {ArrayLike<number>} lengths
   * @param {number} count
   * @param {(text: string, from: number, to: number) => void} f with a string, and which of the lengths are those of its parts
   */
  #each(lengths, count, f) {
    let to = 0
    for (const text of this.before) {
      const from = to
      for (let units = 0; units < text.length; to++) units += lengths[to]
      f(text, from, to)
    }
    f(this.short, to, count)
  }

  clear() {
    if (this.before.length > 0) this.before = []
    this.short = ''
  }
}

/** The binary values of a column. */
class BinaryHeap {
  /** @type {Uint8Array[]} */
  values = []

  /** @param {Uint8Array} value */
  add(value) {
    this.values.push(value)
  }

  size() {
    let bytes = 0
    for (const { length } of this.values) bytes += length
    return bytes
  }

  /**
   * Copies the values to `at`, where there is room; returns where they end.
   * @param {Buffer} buffer
   * @param {number} at
   */
  write(buffer, at) {
    for (const value of this.values) {
      buffer.set(value, at)
      at += value.length
    }
    return at
  }

  clear() {
    this.values.length = 0
  }
}

exports.LONG = LONG
exports.addTextSource = addTextSource
exports.TextHeap = TextHeap
exports.BinaryHeap = BinaryHeap
