'use strict'
// The decoder of a type: makes a row from a block, generated from the type's fields.

const { closureDecoder } = require('./closures.js')
const { generate, generates } = require('./generate.js')
const { kindOf } = require('./kinds.js')

/** @typedef {import('./schema.js').Field} Field */
/** @typedef {import('./type-store.js').TypeStore} TypeStore */
/** @typedef {import('../binding.js').Layout} Layout */

const SHIFT = /** @type {Record<number, number>} */ ({ 1: 0, 2: 1, 4: 2, 8: 3 })

/**
 * Source of a field's value in the row at `at`.
 * @param {Field} field
 * @param {Layout} layout
 */
function valueSource(field, layout) {
  const { view, width } = kindOf(field)
  const cell = `block.${view}[at + ${layout.cells[field.index]} >> ${SHIFT[width]}]`
  switch (field.kind) {
    case 'string': return `block.takeText(${cell})`
    case 'json': return `JSON.parse(block.takeText(${cell}))`
    case 'binary': return `block.takeBytes(${cell})`
    case 'boolean': return `${cell} !== 0`
    case 'timestamp': return `new Date(${cell})`
    case 'enum8':
    case 'enum16': return `values${field.index}[${cell}]`
    default: return cell
  }
}

/**
 * @param {TypeStore} store
 * @param {Layout} layout
 */
function source({ type, shape }, layout) {
  const required = type.fields.findIndex((field) => field.optional)
  const split = required === -1 ? type.fields.length : required
  // A key in brackets is an own property even when it is `__proto__`.
  const literal = type.fields.slice(0, split).map((field) => {
    const name = JSON.stringify(field.name)
    return `${field.name === '__proto__' ? `[${name}]` : name}: ${valueSource(field, layout)}`
  })
  const rest = type.fields.slice(split).map((field) => {
    const name = JSON.stringify(field.name)
    const value = valueSource(field, layout)
    // Assigning a name that every object has could meet a setter or a frozen property.
    const set = field.name in Object.prototype
      ? `Object.defineProperty(row, ${name}, { value: ${value}, writable: true, enumerable: true, configurable: true })`
      : `row[${name}] = ${value}`
    const bit = shape.presence[field.index]
    return field.optional ? `if (block.u8[at + ${layout.presence + (bit >> 3)}] & ${1 << (bit & 7)}) ${set}` : set
  })
  const enums = type.fields.filter((field) => field.values.length > 0)
  return `'use strict'
    ${enums.map(({ index: i }) => `const values${i} = type.fields[${i}].values`).join('\n')}
    return (block, at) => {
      const row = { ${['id: block.u32[at + ' + layout.id + ' >> 2]', ...literal].join(', ')} }
      ${rest.join('\n')}
      return row
    }`
}

/**
 * @param {TypeStore} store
 * @param {Layout} layout
 * @returns {(block: import('./block.js').Block, at: number) => any}
 */
function decoderOf(store, layout) {
  return generates ? generate('type', source(store, layout))(store.type) : closureDecoder(store, layout)
}

module.exports = { decoderOf }
