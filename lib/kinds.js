'use strict'
// What JavaScript must know of each kind of field: how its values are checked, stored and read. Where speed needs
// generated code, its source stands beside the function that does the same without code generation.

const { isDate, isUint8Array } = require('node:util/types')
const { KINDS } = require('./schema.js')

/** @typedef {import('./schema.js').Field} Field */
/** @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array} Cells */
/**
 * @typedef {object} Kind
 * @property {number} code
 * @property {number} width bytes of a value in a column, or of its length
 * @property {boolean} variable
 * @property {boolean} text stored as a length in UTF-16 units and UTF-8
 * @property {new (length: number) => any} Cells typed array of a column
 * @property {string} view name of the view that rows are read with (`lib/block.js`)
 * @property {((value: any, field: Field) => any) | undefined} convert from the user's value to the one that is checked and stored
 * @property {string} check source of a condition on `v`, the value to store
 * @property {(v: any) => boolean} test the same as a function
 * @property {[number | bigint, number | bigint] | undefined} range of integers
 */

const time = Date.prototype.getTime

/** What `JSON.stringify` threw last, for the error's cause. */
const thrown = { cause: /** @type {unknown} */ (undefined) }

/** @param {unknown} value @param {Field} field */
function toJson(value, field) {
  thrown.cause = undefined
  try {
    const text = JSON.stringify(value)
    return text === 'null' && field.optional ? null : text
  } catch (cause) {
    thrown.cause = cause
    return undefined
  }
}

/**
 * A copy, since the user may write to the array again before the frame is closed.
 * @param {unknown} value
 */
const toBytes = (value) => (isUint8Array(value) ? new Uint8Array(value) : undefined)

/** @param {unknown} value */
const toTime = (value) => (isDate(value) ? time.call(value) : NaN)

/** @type {WeakMap<Field, Map<unknown, number>>} */
const indexes = new WeakMap()

/** @param {Field} field */
function enumIndex(field) {
  const index = indexes.get(field) ?? new Map(field.values.map((value, i) => [value, i]))
  indexes.set(field, index)
  return index
}

/** @param {unknown} value @param {Field} field */
const toIndex = (value, field) => enumIndex(field).get(value)

/** Numbers from here on round to Infinity as a float32. */
const OVER = 3.4028235677973366e38

/**
 * @param {string} name
 * @param {any} Cells
 * @param {string} view
 * @param {string} check
 * @param {(v: any) => boolean} test
 * @param {Partial<Kind>} [more]
 * @returns {[string, Kind]}
 */
function kind(name, Cells, view, check, test, more = {}) {
  const { code, width, variable } = KINDS[name]
  return [name, { code, width, variable, text: false, Cells, view, convert: undefined, check, test, range: undefined, ...more }]
}

/** @param {string} name @param {any} Cells @param {string} view @param {string} wrap @param {(v: number) => number} wrapped @param {[number, number]} range */
const integer = (name, Cells, view, wrap, wrapped, range) =>
  kind(name, Cells, view, `typeof v === 'number' && ${wrap} === v`, (v) => typeof v === 'number' && wrapped(v) === v, { range })

const defined = /** @type {const} */ (['v !== undefined', (/** @type {unknown} */ v) => v !== undefined])

/** @type {Map<string, Kind>} */
const kinds = new Map([
  kind('string', Uint32Array, 'u32', `typeof v === 'string'`, (v) => typeof v === 'string', { text: true }),
  kind('binary', Uint32Array, 'u32', ...defined, { convert: toBytes }),
  kind('json', Uint32Array, 'u32', ...defined, { text: true, convert: toJson }),
  kind('boolean', Uint8Array, 'u8', `typeof v === 'boolean'`, (v) => typeof v === 'boolean'),
  integer('int8', Int8Array, 'i8', 'v << 24 >> 24', (v) => (v << 24) >> 24, [-128, 127]),
  integer('uint8', Uint8Array, 'u8', '(v & 0xff)', (v) => v & 0xff, [0, 255]),
  integer('int16', Int16Array, 'i16', 'v << 16 >> 16', (v) => (v << 16) >> 16, [-32768, 32767]),
  integer('uint16', Uint16Array, 'u16', '(v & 0xffff)', (v) => v & 0xffff, [0, 65535]),
  integer('int32', Int32Array, 'i32', '(v | 0)', (v) => v | 0, [-2147483648, 2147483647]),
  integer('uint32', Uint32Array, 'u32', 'v >>> 0', (v) => v >>> 0, [0, 4294967295]),
  kind('int64', BigInt64Array, 'i64', `typeof v === 'bigint' && BigInt.asIntN(64, v) === v`,
    (v) => typeof v === 'bigint' && BigInt.asIntN(64, v) === v, { range: [-(2n ** 63n), 2n ** 63n - 1n] }),
  kind('uint64', BigUint64Array, 'u64', `typeof v === 'bigint' && BigInt.asUintN(64, v) === v`,
    (v) => typeof v === 'bigint' && BigInt.asUintN(64, v) === v, { range: [0n, 2n ** 64n - 1n] }),
  kind('float32', Float32Array, 'f32', `typeof v === 'number' && !(v >= ${OVER} && v !== Infinity || v <= -${OVER} && v !== -Infinity)`,
    (v) => typeof v === 'number' && !((v >= OVER && v !== Infinity) || (v <= -OVER && v !== -Infinity)), { range: [-OVER, OVER] }),
  kind('float64', Float64Array, 'f64', `typeof v === 'number'`, (v) => typeof v === 'number'),
  kind('timestamp', Float64Array, 'f64', 'v === v', (v) => v === v, { convert: toTime }),
  kind('enum8', Uint8Array, 'u8', ...defined, { convert: toIndex }),
  kind('enum16', Uint16Array, 'u16', ...defined, { convert: toIndex })
])

/** @param {Field} field @returns {Kind} */
const kindOf = (field) => /** @type {Kind} */ (kinds.get(field.kind))

module.exports = { kindOf, thrown }
