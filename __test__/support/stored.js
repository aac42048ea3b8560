'use strict'

// What a field's value reads back as, or the code it is refused with: DESIGN.md sections 3 and 4 in plain JS.

class Refused extends Error {
  constructor (code, field) {
    super(`${code} ${field}`)
    this.code = code
    this.field = field
  }
}

const INTEGERS = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1]
}

const BIG_INTEGERS = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n]
}

const BASE_TYPES = [
  'string', 'binary', 'boolean', ...Object.keys(INTEGERS), ...Object.keys(BIG_INTEGERS),
  'float32', 'float64', 'timestamp', 'json'
]

const integer = (field, value) => {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new Refused('ERR_INVALID_VALUE', field.name)
  const [low, high] = INTEGERS[field.base]
  if (Number.isFinite(value) && !Number.isInteger(value)) throw new Refused('ERR_INVALID_VALUE', field.name)
  if (value < low || value > high) throw new Refused('ERR_OUT_OF_RANGE', field.name)
  return value + 0 // -0 is no integer of its own
}

const bigInteger = (field, value) => {
  if (typeof value !== 'bigint') throw new Refused('ERR_INVALID_VALUE', field.name)
  const [low, high] = BIG_INTEGERS[field.base]
  if (value < low || value > high) throw new Refused('ERR_OUT_OF_RANGE', field.name)
  return value
}

const STORED = {
  string (field, value) {
    if (typeof value !== 'string') throw new Refused('ERR_INVALID_VALUE', field.name)
    return value.toWellFormed()
  },
  enum (field, value) {
    if (!field.values.includes(value)) throw new Refused('ERR_INVALID_VALUE', field.name)
    return value
  },
  binary (field, value) {
    if (!(value instanceof Uint8Array)) throw new Refused('ERR_INVALID_VALUE', field.name)
    return Uint8Array.from(value)
  },
  boolean (field, value) {
    if (typeof value !== 'boolean') throw new Refused('ERR_INVALID_VALUE', field.name)
    return value
  },
  float32 (field, value) {
    if (typeof value !== 'number') throw new Refused('ERR_INVALID_VALUE', field.name)
    const rounded = Math.fround(value)
    if (Number.isFinite(value) && !Number.isFinite(rounded)) throw new Refused('ERR_OUT_OF_RANGE', field.name)
    return rounded
  },
  float64 (field, value) {
    if (typeof value !== 'number') throw new Refused('ERR_INVALID_VALUE', field.name)
    return value
  },
  timestamp (field, value) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw new Refused('ERR_INVALID_VALUE', field.name)
    return new Date(value.getTime())
  },
  json (field, value) {
    let text
    try {
      text = JSON.stringify(value)
    } catch {}
    if (text === undefined) throw new Refused('ERR_INVALID_VALUE', field.name)
    return JSON.parse(text)
  }
}
for (const base of Object.keys(INTEGERS)) STORED[base] = integer
for (const base of Object.keys(BIG_INTEGERS)) STORED[base] = bigInteger

/** A field of a schema, `'uint8?'` or `{ enum }` or `{ type, optional }`, as `{ name, base, optional, values }`. */
const parseField = (name, definition) => {
  if (typeof definition === 'string') {
    const optional = definition.endsWith('?')
    return { name, base: optional ? definition.slice(0, -1) : definition, optional, values: undefined }
  }
  const optional = definition.optional === true
  if (definition.enum) return { name, base: 'enum', optional, values: definition.enum }
  return { name, base: definition.type, optional, values: undefined }
}

const stored = (field, value) => STORED[field.base](field, value)

// A required json field holds null as a value; everywhere else null says that there is none.
const isAbsent = (field, value) => value === undefined ||
  (value === null && (field.base !== 'json' || field.optional))

module.exports = { BASE_TYPES, BIG_INTEGERS, INTEGERS, Refused, isAbsent, parseField, stored }
