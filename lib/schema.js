'use strict'
// From the schema that a user writes to the list of types that encoders and the addon work with.

const binding = require('../binding.js')
const { MillraceError, quote, show, invalidArgument } = require('./errors.js')

const KINDS = binding.kinds()
const { MAX_TYPES, MAX_FIELDS, MAX_ENUM_VALUES } = binding.constants()
const BASE_TYPES = Object.keys(KINDS).filter((name) => !name.startsWith('enum')).sort()

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {number} index place in the schema
 * @property {string} kind a base type, or `enum8` or `enum16`
 * @property {boolean} optional
 * @property {string[]} values of an enum; empty for other kinds
 */
/** @typedef {{ name: string, index: number, fields: Field[] }} Type */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** @param {string} message @param {string} [type] @param {string} [field] */
const invalid = (message, type, field) => new MillraceError('ERR_INVALID_SCHEMA', message, { type, field })

/**
 * @param {string} where
 * @param {unknown} values
 * @param {string} type
 * @param {string} field
 */
function enumValues(where, values, type, field) {
  if (!Array.isArray(values) || values.length === 0 || values.length > MAX_ENUM_VALUES) {
    throw invalid(`${where}: enum must be a list of 1 to ${MAX_ENUM_VALUES} strings, got ${show(values)}`, type, field)
  }
  const seen = new Set()
  for (const value of values) {
    if (typeof value !== 'string') throw invalid(`${where}: an enum value must be a string, got ${show(value)}`, type, field)
    if (seen.has(value)) throw invalid(`${where}: the enum value ${quote(value)} occurs twice`, type, field)
    seen.add(value)
  }
  return [...seen]
}

/**
 * @param {string} type
 * @param {string} name
 * @param {number} index
 * @param {unknown} definition
 * @returns {Field}
 */
function parseField(type, name, index, definition) {
  const where = `Field ${quote(name)} of type ${quote(type)}`
  if (name === '') throw invalid(`Type ${quote(type)} has a field with an empty name`, type, name)
  if (name === 'id') throw invalid(`${where}: the name is reserved, every record has an id`, type, name)
  const long = isObject(definition) ? definition : undefined
  for (const key of Object.keys(long ?? {})) {
    if (!['type', 'enum', 'optional'].includes(key)) throw invalid(`${where}: unknown option ${quote(key)}`, type, name)
  }
  /** @type {any} */
  let optional = long?.optional ?? false
  if (typeof optional !== 'boolean') throw invalid(`${where}: optional must be a boolean, got ${show(optional)}`, type, name)
  if (long?.enum !== undefined) {
    if (long.type !== undefined) throw invalid(`${where}: give type or enum, not both`, type, name)
    const values = enumValues(where, long.enum, type, name)
    return { name, index, kind: values.length > 256 ? 'enum16' : 'enum8', optional, values }
  }
  let kind = long ? long.type : definition
  if (long === undefined && typeof kind === 'string' && kind.endsWith('?')) {
    kind = kind.slice(0, -1)
    optional = true
  }
  if (typeof kind !== 'string' || !BASE_TYPES.includes(kind)) {
    throw invalid(`${where}: unknown base type ${show(long ? long.type : definition)}, expected one of ${BASE_TYPES.join(' ')}`, type, name)
  }
  return { name, index, kind, optional, values: [] }
}

/**
 * Checks a schema and lists its types. Throws `ERR_INVALID_SCHEMA`.
 * @param {unknown} schema
 * @returns {Type[]}
 */
function parseSchema(schema) {
  if (!isObject(schema)) throw invalid(`The schema must be an object of types, got ${show(schema)}`)
  const names = Object.keys(schema)
  if (names.length === 0) throw invalid('The schema has no types')
  if (names.length > MAX_TYPES) throw invalid(`The schema has ${names.length} types, at most ${MAX_TYPES} are possible`)
  return names.map((name, index) => {
    const definition = schema[name]
    if (name === '') throw invalid('The schema has a type with an empty name', name)
    if (!isObject(definition)) throw invalid(`Type ${quote(name)} must be an object of fields, got ${show(definition)}`, name)
    const fields = Object.keys(definition)
    if (fields.length === 0) throw invalid(`Type ${quote(name)} has no fields`, name)
    if (fields.length > MAX_FIELDS) {
      throw invalid(`Type ${quote(name)} has ${fields.length} fields, at most ${MAX_FIELDS} are possible`, name)
    }
    return { name, index, fields: fields.map((field, place) => parseField(name, field, place, definition[field])) }
  })
}

/**
 * The types as the addon takes them.
 * @param {Type[]} types
 * @returns {binding.TypeDescription[]}
 */
function describeTypes(types) {
  return types.map(({ name, fields }) => ({
    name,
    fields: fields.map((field) => ({
      name: field.name,
      kind: KINDS[field.kind].code,
      optional: field.optional,
      values: field.values
    }))
  }))
}

/**
 * A text as V8 keeps the names of properties, and those in a program: one string for all that are equal, so that comparing two
 * is comparing pointers. Of the addon's strings that takes 3 ns more.
 * @param {string} text
 */
const internalized = (text) => Object.keys({ [text]: 0 })[0]

/**
 * The types that the addon describes: those of a stored schema.
 * @param {binding.TypeDescription[]} types
 * @returns {Type[]}
 */
function typesOf(types) {
  const names = Object.keys(KINDS).sort((a, b) => KINDS[a].code - KINDS[b].code)
  return types.map(({ name, fields }, index) => ({
    name: internalized(name),
    index,
    fields: fields.map((field, place) => ({ ...field, index: place, kind: names[field.kind] }))
  }))
}

/**
 * See `index.d.ts`.
 * @template S
 * @param {S} schema
 */
function defineSchema(schema) {
  if (!isObject(schema)) throw invalidArgument(`defineSchema takes an object of types, got ${show(schema)}`)
  return schema
}

module.exports = { parseSchema, defineSchema, describeTypes, typesOf, KINDS }
