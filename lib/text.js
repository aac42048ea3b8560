'use strict'
// Text on its way into the modify buffer: many strings as one, written with one call.

/** UTF-16 units after which a frame takes no more text, far below the longest string that V8 allows. */
const MAX_UNITS = 1 << 22

/** Up to so many units are written one by one: the call into Node costs more. Ticks of 10 over 8 types gain 5 %. */
const FEW_UNITS = 32

/** @param {number} unit */
const isHigh = (unit) => (unit & 0xfc00) === 0xd800
/** @param {number} unit */
const isLow = (unit) => (unit & 0xfc00) === 0xdc00

/**
 * Whether somewhere a string that ends in a high surrogate meets one that starts with a low one, so that both would be
 * written as one character.
 * @param {string} text
 * @param {ArrayLike<number>} lengths
 * @param {number} from
 * @param {number} to
 */
function isJoined(text, lengths, from, to) {
  for (let i = from, at = lengths[from]; i + 1 < to; at += lengths[++i]) {
    if (at > 0 && isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at))) return true
  }
  return false
}

/**
 * `text` with every lone surrogate of its strings as U+FFFD, which has the same length.
 * @param {string} text
 * @param {ArrayLike<number>} lengths
 * @param {number} from
 * @param {number} to
 */
function wellFormed(text, lengths, from, to) {
  let result = ''
  for (let i = from, at = 0; i < to; at += lengths[i++]) {
    // Node 20 has it, the ES2022 typings don't.
    result += /** @type {any} */ (text.slice(at, at + lengths[i])).toWellFormed()
  }
  return result
}

/**
 * Bytes that strings take in UTF-8.
 * @param {string[]} texts
 */
function textBytes(texts) {
  let bytes = 0
  for (const text of texts) bytes += Buffer.byteLength(text)
  return bytes
}

/**
 * Bytes that the strings of `text` take in UTF-8. Their lengths are those from `from` to before `to`.
 * @param {string} text
 * @param {ArrayLike<number>} lengths
 * @param {number} from
 * @param {number} to
 */
function textSize(text, lengths, from, to) {
  const size = Buffer.byteLength(text)
  if (size === text.length || !isJoined(text, lengths, from, to)) return size
  return Buffer.byteLength(wellFormed(text, lengths, from, to))
}

/**
 * Writes `text` at `at` if it is ASCII; says whether it is.
 * @param {Buffer} buffer
 * @param {number} at
 * @param {string} text
 */
function writeAscii(buffer, at, text) {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return false
    buffer[at + i] = unit
  }
  return true
}

/**
 * Writes the strings of `text` in UTF-8 at `at`, where there is room; returns how many bytes they take. Their lengths are
 * those from `from` to before `to`.
 * @param {Buffer} buffer
 * @param {number} at
 * @param {string} text
 * @param {ArrayLike<number>} lengths
 * @param {number} from
 * @param {number} to
 */
function writeText(buffer, at, text, lengths, from, to) {
  const { length } = text
  if (length <= FEW_UNITS && writeAscii(buffer, at, text)) return length
  // Not in Node's documentation but in every version of it, and faster than `write`.
  const written = /** @type {any} */ (buffer).utf8Write(text, at, buffer.length - at)
  // Only text that is not ASCII has surrogates.
  if (written === length || !isJoined(text, lengths, from, to)) return written
  return /** @type {any} */ (buffer).utf8Write(wellFormed(text, lengths, from, to), at, buffer.length - at)
}

module.exports = { MAX_UNITS, textBytes, textSize, writeText }
