'use strict'

const { changedOf, columnsOf, listerOf } = require('./columns.js')

/**
 * What node:sqlite and better-sqlite3 have in common.
 * @typedef {object} Database
 * @property {(sql: string) => unknown} exec
 * @property {(sql: string) => Statement} prepare
 * @property {() => unknown} close
 *
 * @typedef {object} Statement
 * @property {(...values: any[]) => unknown} run
 * @property {(...values: any[]) => any} get
 * @property {() => Iterable<any>} iterate
 */

const AFFINITY = { string: 'TEXT', float64: 'REAL', uint32: 'INTEGER', uint8: 'INTEGER', boolean: 'INTEGER' }

/**
 * Prepared statements over a database in memory, each tick in a transaction.
 * @param {Database} db
 * @param {import('./peer.js').Workload} workload
 * @returns {import('./peer.js').Store}
 */
exports.openSqlite = (db, workload) => {
  const { types, fields, shift, record } = workload
  const columns = columnsOf(workload)
  const changed = changedOf(workload)
  const booleans = Object.keys(fields).filter((name) => fields[name] === 'boolean')
  const declared = Object.entries(fields).map(([name, kind]) => `"${name}" ${AFFINITY[kind]} NOT NULL`)
  // SQLite has no booleans, and better-sqlite3 takes none.
  const valuesOf = listerOf(Object.keys(fields), (name) => `${booleans.includes(name) ? '+' : ''}object.${name}`)
  const changesOf = listerOf(changed)
  /** @param {any} row */
  const fromRow = (row) => {
    if (row !== undefined) for (const name of booleans) row[name] = row[name] === 1
    return row
  }
  const tables = types.map((table) => {
    db.exec(`CREATE TABLE "${table}" (id INTEGER PRIMARY KEY, ${declared.join(', ')})`)
    const sets = changed.length > 0 ? changed.map((name) => `"${name}" = ?`).join(', ') : 'id = id'
    return {
      create: db.prepare(`INSERT INTO "${table}" VALUES (?, ${columns.map(() => '?').join(', ')})`),
      modify: db.prepare(`UPDATE "${table}" SET ${sets} WHERE id = ?`),
      delete: db.prepare(`DELETE FROM "${table}" WHERE id = ?`),
      get: db.prepare(`SELECT ${columns.join(', ')} FROM "${table}" WHERE id = ?`),
      count: db.prepare(`SELECT count(*) AS n FROM "${table}"`),
      scan: db.prepare(`SELECT ${columns.join(', ')} FROM "${table}" ORDER BY id`)
    }
  })
  const begin = db.prepare('BEGIN')
  const commit = db.prepare('COMMIT')
  const mask = types.length - 1
  const tableOf = (/** @type {number} */ index) => /** @type {typeof tables[number]} */ (tables[index & mask])
  const idOf = (/** @type {number} */ index) => (index >>> shift) + 1
  return {
    begin() {
      begin.run()
    },
    create(index) {
      tableOf(index).create.run(idOf(index), ...valuesOf(record(index)))
    },
    modify(index, changes) {
      tableOf(index).modify.run(...changesOf(changes), idOf(index))
    },
    delete(index) {
      tableOf(index).delete.run(idOf(index))
    },
    end() {
      commit.run()
    },
    settled() {},
    count: () => tables.reduce((sum, { count }) => sum + count.get().n, 0),
    get: (index) => fromRow(tableOf(index).get.get(idOf(index))),
    scan(visit) {
      for (const row of tableOf(0).scan.iterate()) visit(fromRow(row))
    },
    close() {
      db.close()
    }
  }
}
