'use strict'
// The most that a record may take, as ARCHITECTURE.md says it ("A record's exact limit").

const VARIABLE = ['string', 'binary', 'json']
const WIDTHS = { boolean: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, float32: 4 }
const ALIGN = 8

const aligned = (bytes) => Math.ceil(bytes / ALIGN) * ALIGN
const base = (field) => field.replace('?', '')

/** Bytes that a record's values of varying size may have together, in a ring of `size` bytes. */
const limitOf = (fields, size) => {
  const types = Object.values(fields)
  const variable = types.filter((field) => VARIABLE.includes(base(field))).length
  const header = aligned(16 + 4 * variable)
  const widths = types.reduce((sum, field) => sum + (VARIABLE.includes(base(field)) ? 4 : WIDTHS[field.replace('?', '')] ?? 8), 0)
  const optional = types.filter((field) => field.endsWith('?')).length
  // The size of a ring is a multiple of 8, so rounding the frame up makes no difference.
  return size - header - widths - optional
}

module.exports = { limitOf }
