'use strict'

// Stores on disk, behind one interface: what writes a tick of members, and when all of it has settled.

const { join } = require('node:path')
const { open } = require('../../index.js')
const { fields, record } = require('../workloads/members.js')

/**
 * @typedef {object} Store
 * @property {(first: number, count: number) => unknown} tick writes records, waiting for none of them
 * @property {() => unknown} settled waits for all that was written
 * @property {() => unknown} close
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {(folder: string) => Store | Promise<Store>} open
 */

/** @param {'os' | 'disk' | undefined} durability @param {boolean} waits whether each tick is waited for @returns {Contender['open']} */
const millrace = (durability, waits = false) => async (folder) => {
  const options = durability === undefined ? {} : { path: join(folder, 'store'), durability }
  const db = await open({ schema: { member: fields }, ...options })
  return {
    tick(first, count) {
      for (let index = first; index < first + count; index++) db.create('member', /** @type {any} */ (record(index)))
      return waits ? db.drain() : undefined
    },
    settled: () => db.drain(),
    close: () => db.close()
  }
}

/** @param {object} options @returns {Contender['open']} */
const lmdb = (options) => (folder) => {
  const db = require('lmdb').open({ path: join(folder, 'store'), maxDbs: 1, ...options })
  /** @type {unknown} */
  let last
  return {
    tick(first, count) {
      for (let index = first; index < first + count; index++) last = db.put(index + 1, record(index))
    },
    settled: () => last,
    close: () => db.close()
  }
}

/** @type {Contender['open']} */
const sqlite = (folder) => {
  const Database = require('better-sqlite3')
  const db = new Database(join(folder, 'store'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER, score REAL, active INTEGER)')
  const insert = db.prepare('INSERT INTO member VALUES (?, ?, ?, ?, ?, ?)')
  return {
    tick(first, count) {
      db.exec('BEGIN')
      for (let index = first; index < first + count; index++) {
        const { name, email, age, score, active } = record(index)
        insert.run(index + 1, name, email, age, score, active ? 1 : 0)
      }
      db.exec('COMMIT')
    },
    settled() {},
    close: () => db.close()
  }
}

/** @type {Contender[]} */
exports.contenders = [
  { name: 'millrace, in memory', open: millrace(undefined) },
  { name: "millrace, 'os'", open: millrace('os') },
  { name: "millrace, 'disk'", open: millrace('disk') },
  { name: "millrace, 'disk', each tick awaited", open: millrace('disk', true) },
  { name: 'lmdb', open: lmdb({}) },
  { name: 'lmdb, overlappingSync: false', open: lmdb({ overlappingSync: false }) },
  { name: 'better-sqlite3, WAL, synchronous = FULL', open: sqlite }
]
