'use strict'
// The encoder and the decoder of a type without code generation: slower, otherwise the same as the generated ones.

const { unknownField, foreignId, notAnObject } = require('./explain.js')
const { kindOf } = require('./kinds.js')
const { OPERATION, CELL, padded4 } = require('./operations.js')

/** @typedef {import('./schema.js').Field} Field */
/** @typedef {import('./rows.js').Rows} Rows */
/** @typedef {import('./type-store.js').TypeStore} TypeStore */
/** @typedef {import('./block.js').Block} Block */

/** @param {any} value */
const isAbsent = (value) => value === undefined || value === null

/** @param {Field} field @param {any} object */
function readField(field, object) {
  if (field.name in Object.prototype && !Object.hasOwn(object, field.name)) return undefined
  return object[field.name]
}

/**
 * Reads and checks all fields of `object`: the values to store (null: absent, undefined: not given), or an error.
 * @param {TypeStore} store
 * @param {any} object
 * @param {boolean} changes whether fields may be left out
 * @param {number} [id] what a key `id` may hold
 * @returns {any[] | import('./errors.js').MillraceError}
 */
function values(store, object, changes, id) {
  const { type, shape } = store
  if (typeof object !== 'object' || object === null) return notAnObject(type, object)
  const raw = type.fields.map((field) => readField(field, object))
  const checked = []
  for (const field of type.fields) {
    const value = raw[field.index]
    const { convert, test } = shape.kinds[field.index]
    if (value === undefined && (changes || field.optional)) checked.push(undefined)
    else if (value === null && field.optional) checked.push(null)
    else {
      const stored = convert ? convert(value, field) : value
      if (!(stored === null && field.optional) && !test(stored)) return store.explain(field.index, value)
      checked.push(stored)
    }
  }
  const names = new Set(type.fields.map((field) => field.name))
  for (const key in object) {
    if (names.has(key)) continue
    const value = object[key]
    if (key === 'id' && changes) {
      if (value === undefined || value === id) continue
      return foreignId(type, value, id)
    }
    return unknownField(type, key, value)
  }
  return checked
}

/** @param {TypeStore} store @param {any[]} checked */
function sizes(store, checked) {
  /** @type {string[]} */
  const texts = []
  let bytes = 0
  for (const { index } of store.type.fields) {
    const { variable, text } = store.shape.kinds[index]
    if (!variable || isAbsent(checked[index])) continue
    if (text) texts.push(checked[index])
    else bytes += checked[index].length
  }
  return { texts, bytes, units: texts.reduce((sum, text) => sum + text.length, 0) }
}

/**
 * @param {TypeStore} store
 * @param {Rows} rows
 * @param {any[]} checked
 * @param {number} size
 */
function append(store, rows, checked, size) {
  const row = rows.count++
  rows.units += size
  for (const field of store.type.fields) {
    const { index, optional } = field
    const { variable, Cells } = store.shape.kinds[index]
    const value = checked[index]
    const cells = rows.cells[index]
    if (optional) {
      const bits = rows.bits[store.shape.presence[index]]
      if ((row & 7) === 0) bits[row >> 3] = 0
      if (!isAbsent(value)) bits[row >> 3] |= 1 << (row & 7)
    }
    if (isAbsent(value)) {
      cells[row] = Cells === BigInt64Array || Cells === BigUint64Array ? 0n : 0
    } else if (!variable) cells[row] = value
    else {
      cells[row] = value.length
      rows.heaps[index].add(value)
    }
  }
}

/** @param {TypeStore} store */
function closures(store) {
  const { type, ctx, shape, operations } = store
  return {
    /** @param {unknown} record */
    create(record) {
      const checked = values(store, record, false)
      if (checked instanceof Error) return Promise.reject(checked)
      const { texts, bytes, units } = sizes(store, checked)
      const error = store.roomForRow(units, texts, bytes)
      if (error !== undefined) return Promise.reject(error)
      if (store.rows.count === store.rows.capacity) store.rows.grow()
      const id = store.beginRow()
      append(store, store.rows, checked, units + bytes)
      return ctx.enqueue(id, 1)
    },
    /** @param {unknown[]} records @param {import('./type-store.js').Blocks} blocks */
    read(records, blocks) {
      // Its length may change meanwhile.
      for (let index = 0; index < records.length; blocks.index = ++index) {
        const checked = values(store, records[index], false)
        if (checked instanceof Error) return checked
        const { texts, bytes, units } = sizes(store, checked)
        const error = store.tooLarge(texts, bytes)
        if (error !== undefined) return error
        append(store, blocks.rowsFor(units + bytes), checked, units + bytes)
      }
      return undefined
    },
    /** @param {number} id @param {unknown} changes */
    modify(id, changes) {
      const checked = values(store, changes, true, id)
      if (checked instanceof Error) return Promise.reject(checked)
      /** @type {string[]} */
      const texts = []
      const given = type.fields.filter((field) => checked[field.index] !== undefined)
      let bytes = OPERATION + given.length * CELL
      for (const { index } of given) {
        const { text, variable, width } = shape.kinds[index]
        const value = checked[index]
        if (value === null) continue
        if (text) texts.push(value)
        else bytes += variable ? CELL + padded4(value.length) : Math.max(width, 4)
      }
      const error = store.beginModify(id, given.length, bytes, texts)
      if (error !== undefined) return Promise.reject(error)
      for (const { index } of given) {
        const value = checked[index]
        const { text, variable } = shape.kinds[index]
        if (value === null) operations.clearCell(index)
        else if (text) operations.textCell(index, value)
        else if (variable) operations.binaryCell(index, value)
        else operations.numberCell(index, shape.kinds[index], value)
      }
      return ctx.promise()
    }
  }
}

/**
 * The row at `at` of a block.
 * @param {TypeStore} store
 * @param {import('../binding.js').Layout} layout
 * @returns {(block: Block, at: number) => any}
 */
function closureDecoder({ type, shape }, layout) {
  return (block, at) => {
    /** @type {any} */
    const row = { id: block.u32[(at + layout.id) >> 2] }
    for (const field of type.fields) {
      const { index, name, optional } = field
      const bit = shape.presence[index]
      if (optional && !((block.u8[at + layout.presence + (bit >> 3)] >> (bit & 7)) & 1)) continue
      const kind = kindOf(field)
      const cell = block.view(kind.view)[(at + layout.cells[index]) / kind.width]
      const value = block.value(field, cell)
      Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true })
    }
    return row
  }
}

module.exports = { closures, closureDecoder }
