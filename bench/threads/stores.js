'use strict'

// Stores that several JS threads have open at once, behind one interface.

const { fastest } = require('../peers/lmdb.js')
const { fields, record } = require('../workloads/members.js')

/**
 * Where the threads meet.
 * @typedef {object} Place
 * @property {string} path of a folder, new and empty
 * @property {string[]} types
 * @property {number} tick
 *
 * @typedef {object} Store what one thread has
 * @property {(type: number, index: number) => Promise<unknown>} create writes record number `index`
 * @property {() => Promise<unknown> | undefined} settled all that this thread has written is applied and can be read
 * @property {(visit: (row: object) => void) => void} scan visits all records of all types
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Contender
 * @property {string} name that of the peer that has to be there
 * @property {(place: Place) => Promise<Store>} open
 */

/** Handles with as many workers as they have by default: one each. @type {Contender['open']} */
async function openMillrace({ path, types }) {
  const { open } = require('../../index.js')
  const db = await open({ name: path, schema: Object.fromEntries(types.map((type) => [type, fields])) })
  return {
    create: (type, index) => db.create(/** @type {string} */ (types[type]), record(index)),
    settled: () => db.drain(),
    scan(visit) {
      for (const type of types) for (const row of db.scan(type)) visit(row)
    },
    close: () => db.close()
  }
}

/** One environment, opened by each thread as its documentation says, with what makes it fastest. @type {Contender['open']} */
async function openLmdb({ path, types, tick }) {
  const { open } = require('lmdb')
  const options = fastest({ mode: 'awaited', tick })
  const root = open({ path, ...options.root, maxDbs: types.length })
  const dbs = types.map((name) => root.openDB({ ...options.db, name }))
  /** @type {Promise<boolean> | undefined} */
  let last
  return {
    create: (type, index) => (last = /** @type {import('lmdb').Database} */ (dbs[type]).put(index + 1, record(index))),
    settled: () => last,
    scan(visit) {
      for (const db of dbs) for (const { value } of db.getRange({ start: 1 })) visit(value)
    },
    close: () => root.close()
  }
}

/** @type {Contender[]} */
exports.contenders = [{ name: 'millrace', open: openMillrace }, { name: 'lmdb', open: openLmdb }]
