'use strict'
// The encoder of a type: `create`, `read` (for `createMany`) and `modify`, generated from its fields. Each reads every
// property of the user's object once and checks all of it, and only then stores: no code of the user's runs between a
// record's first store and its last. Names of types and fields go into the source as quoted strings only.

const { unknownField, foreignId, notAnObject } = require('./explain.js')
const { kindOf } = require('./kinds.js')
const { OPERATION, CELL, padded4 } = require('./operations.js')
const { LONG, addTextSource } = require('./heap.js')
const { MAX_ROWS } = require('./rows.js')
const { MAX_UNITS } = require('./text.js')
const { closures } = require('./closures.js')
const { generate, generates } = require('./generate.js')

/** @typedef {import('./schema.js').Field} Field */
/** @typedef {import('./type-store.js').Blocks} Blocks */
/** @typedef {import('./errors.js').MillraceError} MillraceError */
/** @typedef {import('./type-store.js').TypeStore} TypeStore */

/**
 * @typedef {object} Encoder
 * @property {(record: unknown) => Promise<number>} create
 * @property {(records: unknown[], blocks: Blocks) => MillraceError | undefined} read appends records to the rows of a
 *   `createMany`; after an error, which is that of record `blocks.index`, the rows are of no use
 * @property {(id: number, changes: unknown) => Promise<number>} modify
 */

/** @param {Field} field */
const quoted = (field) => JSON.stringify(field.name)

/**
 * Source that reads field `i` of `object` into `v<i>`. A name that every object has is looked for in the object itself.
 * @param {Field} field
 * @param {string} object
 */
function readSource(field, object) {
  const property = `${object}[${quoted(field)}]`
  return field.name in Object.prototype ? `hasOwn(${object}, ${quoted(field)}) ? ${property} : undefined` : property
}

/**
 * Source that checks `v<i>`, leaving in `v<i>` what is stored (null or undefined: absent).
 * @param {Field} field
 * @param {string} fail what to do when it does not fit, given the field's index and the value
 * @param {boolean} mayLack whether undefined is fine
 */
function checkSource(field, fail, mayLack) {
  const { index: i } = field
  const kind = kindOf(field)
  const failed = `${fail}(${i}, r${i})`
  const convert = kind.convert ? `v${i} = convert${i}(r${i}, field${i})` : ''
  const check = `if (!(${kind.check.replace(/\bv\b/g, `v${i}`)})) return ${failed}`
  const absent = field.optional && kind.convert ? `if (v${i} !== null) { ${check} }` : check
  const lines = `${convert}\n${absent}`
  if (field.optional) return `if (r${i} !== undefined && r${i} !== null) { ${lines} }`
  return mayLack ? `if (r${i} !== undefined) { ${lines} }` : lines
}

/**
 * Source that returns `fail` for a key of `object` that is no field.
 * @param {Field[]} fields
 * @param {string} object
 * @param {boolean} mayNameId whether a key `id` is fine that holds the value of `id`, or undefined
 */
function keysSource(fields, object, mayNameId) {
  const cases = fields.map((field) => `case ${quoted(field)}: next = ${field.index + 1}; continue`).join('\n')
  const known = mayNameId ? `if (key === 'id' && (value === undefined || value === id)) continue` : ''
  // Most objects have their keys in the order of the schema: then each is compared with one name, not with all.
  return `let next = 0
    for (const key in ${object}) {
    if (key === names[next]) { next++; continue }
    switch (key) { ${cases} }
    const value = ${object}[key]
    ${known}
    return refuse(${mayNameId ? `key === 'id' ? foreignId(type, value, id) : ` : ''}unknownField(type, key, value)) }`
}

/** @param {Field[]} fields */
const declarations = (fields, object = 'record') =>
  fields.map((field) => `const r${field.index} = ${readSource(field, object)}; let v${field.index} = r${field.index}`).join('\n')

/**
 * Source that stores `v<i>` as row `i`.
 * @param {TypeStore} store
 * @param {{ cells: (field: number) => string, bits: (optional: number) => string, add: (field: number) => string }} names of
 *   a field's column, of the presence bits of an optional field, and source that gathers a value of varying size
 */
function storeSource({ type, shape }, { cells, bits, add }) {
  return type.fields.map((field) => {
    const { index: i, optional } = field
    const { variable, text } = kindOf(field)
    const present = optional ? `v${i} !== undefined && v${i} !== null` : ''
    const cell = `${cells(i)}[i]`
    const boolean = field.kind === 'boolean' ? `v${i} ? 1 : 0` : `v${i}`
    const zero = field.kind.endsWith('int64') ? '0n' : '0'
    const put = variable ? `${cell} = ${text ? `v${i}.length` : `n${i}`}; ${add(i)}` : `${cell} = ${boolean}`
    if (!optional) return put
    const presence = bits(shape.presence[i])
    return `if ((i & 7) === 0) ${presence}[i >> 3] = 0
      if (${present}) { ${put}; ${presence}[i >> 3] |= 1 << (i & 7) } else { ${cell} = ${zero} }`
  }).join('\n')
}

/**
 * Source of `read`. The frame that it fills is in variables meanwhile, which takes an eighth off the time of a
 * `createMany`; on an error they are not put back.
 * @param {TypeStore} store
 * @param {string} checks source that reads and checks a record
 * @param {string} tooLarge source of why it does not fit into the modify buffer
 */
function readManySource(store, checks, tooLarge) {
  const { type: { fields }, shape } = store
  const texts = shape.variable.filter((i) => shape.kinds[i].text)
  const columns = fields.map(({ index: i }) => `c${i} = rows.cells[${i}]`)
  const bits = Array.from({ length: shape.optional }, (_, i) => `b${i} = rows.bits[${i}]`)
  const heaps = shape.variable.map((i) => `h${i} = rows.heaps[${i}]`)
  const all = [...columns, ...bits, ...heaps]
  const append = storeSource(store, {
    cells: (i) => `c${i}`,
    bits: (i) => `b${i}`,
    add: (i) => (shape.kinds[i].text
      ? `if (v${i}.length < ${LONG}) t${i} += v${i}; else { h${i}.join(t${i}); t${i} = ''; h${i}.add(v${i}) }`
      : `h${i}.add(v${i})`)
  })
  const save = `rows.count = i; rows.units = sum; ${texts.map((i) => `h${i}.join(t${i}); t${i} = ''`).join('; ')}`
  return `function read(records, blocks) {
    const refuse = itself, fail = failRead
    const { size } = ctx, { most } = blocks
    let rows = blocks.next()
    let i = 0, sum = 0, limit = rows.capacity
    let ${all.join(', ')}
    ${texts.map((i) => `let t${i} = ''`).join('; ')}
    for (let index = 0; index < records.length; blocks.index = ++index) {
      const record = records[index]
      if (typeof record !== 'object' || record === null) return notAnObject(type, record)
      ${checks}
      if (${shape.row + shape.frame} + 3 * units + bytes > size) {
        const error = ${tooLarge}
        if (error !== undefined) return error
      }
      const all = sum + units + bytes
      if (i === limit || (i > 0 && (all > ${MAX_UNITS} || (i + 1) * ${shape.row} + all > most))) {
        ${save}
        rows = blocks.rowsFor(units + bytes)
        i = rows.count; sum = rows.units; limit = rows.capacity
        ${all.join('; ')}
      }
      ${append}
      i++
      sum += units + bytes
    }
    ${save}
  }`
}

/** Source that declares `units`, `bytes` and `n<i>`: sizes of the values of varying size. */
function sizeSource(/** @type {Field[]} */ fields) {
  const present = (/** @type {Field} */ { index: i, optional }) => (optional ? `v${i} === undefined || v${i} === null ? 0 : ` : '')
  const texts = fields.filter((field) => kindOf(field).text)
  const binary = fields.filter((field) => field.kind === 'binary')
  return `${binary.map((field) => `const n${field.index} = ${present(field)}v${field.index}.length`).join('\n')}
    const units = ${texts.map((field) => `(${present(field)}v${field.index}.length)`).join(' + ') || 0}
    const bytes = ${binary.map((field) => `n${field.index}`).join(' + ') || 0}`
}

/** @param {TypeStore} store */
function source(store) {
  const { fields } = store.type
  const texts = fields.filter((field) => kindOf(field).text).map((field) => `v${field.index} ?? ''`)
  const read = `${declarations(fields)}
    ${fields.map((field) => checkSource(field, 'fail', false)).join('\n')}
    ${keysSource(fields, 'record', false)}
    ${sizeSource(fields)}`
  const append = `const { cells, bits, heaps } = rows
    const i = rows.count++
    rows.units += units + bytes
    ${storeSource(store, {
      cells: (i) => `cells[${i}]`,
      bits: (i) => `bits[${i}]`,
      add: (i) => (kindOf(fields[i]).text ? addTextSource(`heaps[${i}]`, `v${i}`) : `heaps[${i}].values.push(v${i})`)
    })}`
  const cells = fields.map((field) => {
    const { index: i } = field
    const kind = kindOf(field)
    const binary = field.kind === 'binary' ? `const n = v${i}.length; bytes += ${CELL} + padded4(n)` : ''
    const size = kind.text ? `texts.push(v${i})` : binary || `bytes += ${Math.max(kind.width, 4)}`
    const put = kind.text ? `textCell(${i}, v${i})`
      : field.kind === 'binary' ? `binaryCell(${i}, v${i})` : `numberCell(${i}, kind${i}, v${i})`
    const branch = (/** @type {string} */ set, /** @type {string} */ clear) =>
      `if (r${i} !== undefined) { ${field.optional ? `if (v${i} !== null) { ${set} } else { ${clear} }` : set} }`
    return {
      size: `if (r${i} !== undefined) { count++; bytes += ${CELL} }\n${branch(size, '')}`,
      put: branch(`operations.${put}`, `operations.clearCell(${i})`)
    }
  })
  return `'use strict'
    const { type, ctx, rows: open, shape, operations } = store
    const { unknownField, foreignId, notAnObject, hasOwn, padded4 } = tools
    const names = [${fields.map(quoted).join(', ')}, undefined]
    ${fields.map(({ index: i }) => `const field${i} = type.fields[${i}], kind${i} = shape.kinds[${i}], convert${i} = kind${i}.convert`).join('\n')}
    const reject = (error) => Promise.reject(error)
    const failCreate = (field, value) => reject(store.explain(field, value))
    function create(record) {
      const refuse = reject, fail = failCreate
      if (typeof record !== 'object' || record === null) return reject(notAnObject(type, record))
      ${read}
      const rows = open
      const need = ${store.shape.row} + 3 * units + bytes + (rows.count === 0 ? ${store.shape.frame} : 0)
      if (need <= ctx.room && rows.count < ${MAX_ROWS} && rows.units + units <= ${MAX_UNITS} && store.nextId < store.endId) {
        ctx.room -= need
        rows.reserved += need
      } else {
        const error = store.roomForRow(units, [${texts.join(', ')}], bytes)
        if (error !== undefined) return reject(error)
      }
      if (rows.count === rows.capacity) rows.grow()
      const id = store.beginRow()
      // The row has an id. At the end of the stack a call may fail: there is none until all of it is stored.
      ${append}
      return ctx.enqueue(id, 1)
    }
    const failRead = (field, value) => store.explain(field, value)
    const itself = (error) => error
    ${readManySource(store, read, `store.tooLarge([${texts.join(', ')}], bytes)`)}
    function modify(id, record) {
      const refuse = reject, fail = failCreate
      if (typeof record !== 'object' || record === null) return reject(notAnObject(type, record))
      ${declarations(fields)}
      ${fields.map((field) => checkSource(field, 'fail', true)).join('\n')}
      ${keysSource(fields, 'record', true)}
      const texts = []
      let count = 0, bytes = ${OPERATION}
      ${cells.map(({ size }) => size).join('\n')}
      const error = store.beginModify(id, count, bytes, texts)
      if (error !== undefined) return reject(error)
      ${cells.map(({ put }) => put).join('\n')}
      return ctx.promise()
    }
    return { create, read, modify }`
}

/**
 * @param {TypeStore} store
 * @returns {Encoder}
 */
function encoderOf(store) {
  const tools = { unknownField, foreignId, notAnObject, hasOwn: Object.hasOwn, padded4 }
  return generates ? generate('store, tools', source(store))(store, tools) : closures(store)
}

module.exports = { encoderOf }
