'use strict'
// Checks of the arguments that a db's methods share, and their errors.

const binding = require('../binding.js')
const { MillraceError, quote, show, invalidArgument } = require('./errors.js')

const { MAX_ID } = binding.constants()

/** @param {unknown} id @returns {id is number} */
const isId = (id) => typeof id === 'number' && id >>> 0 === id

/** @param {string} type @param {unknown} id */
const badId = (type, id) =>
  invalidArgument(`An id of type ${quote(type)} must be an integer from 0 to ${MAX_ID + 1}, got ${show(id)}`, { type })

/** @param {string} type @param {unknown} id */
function checkId(type, id) {
  if (isId(id)) return id
  throw badId(type, id)
}

/** @param {string} type @param {unknown} records */
const notRecords = (type, records) =>
  invalidArgument(`createMany takes an array of records of type ${quote(type)}, got ${show(records)}`, { type })

/** @param {unknown} name */
function unknownType(name) {
  const details = typeof name === 'string' ? { type: name } : {}
  return new MillraceError('ERR_UNKNOWN_TYPE', `The schema has no type ${show(name)}`, details)
}

module.exports = { badId, checkId, isId, notRecords, unknownType }
