'use strict'
// The functions of the package: `open`, and the functional form of a db's methods.

const { Db } = require('./db.js')
const { invalidArgument, show } = require('./errors.js')

/**
 * See `index.d.ts`.
 * @param {unknown} options
 */
async function open(options) {
  return new Db(options)
}

/**
 * Calls `f` with a db; whatever it throws is a rejection.
 * @template T
 * @param {unknown} db
 * @param {(db: Db) => Promise<T>} f
 * @returns {Promise<T>}
 */
function withDb(db, f) {
  if (db instanceof Db) return f(db)
  return Promise.reject(invalidArgument(`The first argument must be a db, got ${show(db)}`))
}

/** @param {unknown} db @param {string} type @param {unknown} record */
const create = (db, type, record) => withDb(db, (open) => open.create(type, record))
/** @param {unknown} db @param {string} type @param {number} id @param {unknown} changes */
const modify = (db, type, id, changes) => withDb(db, (open) => open.modify(type, id, changes))
/** @param {unknown} db */
const drain = (db) => withDb(db, (open) => open.drain())

module.exports = { open, create, modify, drain }
