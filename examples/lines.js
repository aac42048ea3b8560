'use strict'

const { isUtf8 } = require('node:buffer')
const { createReadStream } = require('node:fs')

const READ_SIZE = 128 * 1024
const MAX_LINE = 64 * 1024 * 1024
const NEWLINE = 0x0a

/**
 * @typedef {object} Line
 * @property {number} number from 1
 * @property {string | undefined} text without the newline; undefined where the bytes are not UTF-8
 * @property {number} end how many bytes of the file end with this line
 */

/**
 * The lines of a file that are not blank, as many at a time as one read gives. Only \n ends a line (JSON text may hold
 * U+2028, at which node:readline splits); a \r before it is white space to JSON.parse.
 * @param {string} file
 * @returns {AsyncGenerator<Line[], void>}
 */
async function * readLines (file) {
  let number = 0
  let end = 0
  /** @type {Buffer[]} */
  let begun = [] // the parts of a line that no read has ended yet
  let begunSize = 0

  /** @param {Buffer} bytes @returns {Line[]} one line, or none where it is blank */
  const toLine = (bytes) => {
    number++
    const text = isUtf8(bytes) ? bytes.toString().replace(/^\uFEFF/, '') : undefined
    return text?.trim() === '' ? [] : [{ number, text, end }]
  }

  for await (const read of createReadStream(file, { highWaterMark: READ_SIZE })) {
    /** @type {Buffer} */
    const chunk = read
    const lines = []
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      end += at + 1 - from
      const rest = chunk.subarray(from, at)
      lines.push(...toLine(begunSize === 0 ? rest : Buffer.concat([...begun, rest])))
      begun = []
      begunSize = 0
      from = at + 1
    }
    begun.push(chunk.subarray(from))
    begunSize += chunk.length - from
    end += chunk.length - from
    if (begunSize > MAX_LINE) throw new RangeError(`${file}: line ${number + 1} is longer than ${MAX_LINE} bytes`)
    if (lines.length > 0) yield lines
  }
  const last = toLine(Buffer.concat(begun))
  if (last.length > 0) yield last
}

exports.readLines = readLines
