'use strict'

const { changedOf, columnsOf } = require('./columns.js')
const { sync } = require('./peer.js')

/** @typedef {import('./peer.js').Workload} Workload */
/** @typedef {import('../workloads/workload.js').Kind} Kind */
/** @typedef {import('@duckdb/node-api').DuckDBAppender} Appender */

const TYPES = { string: 'VARCHAR', float64: 'DOUBLE', uint32: 'UINTEGER', uint8: 'UTINYINT', boolean: 'BOOLEAN' }
const APPENDS = {
  string: 'appendVarchar', float64: 'appendDouble', uint32: 'appendUInteger', uint8: 'appendUTinyInt', boolean: 'appendBoolean'
}

/**
 * A function that appends a row: an id, then these fields of an object. It is generated, like a hand-written loop body.
 * @param {Workload['fields']} fields @param {string[]} names
 * @returns {(appender: Appender, id: number, object: object) => void}
 */
const appendOf = (fields, names) => {
  const calls = names.map((name) => `appender.${APPENDS[/** @type {Kind} */ (fields[name])]}(object.${name})`)
  const body = ['appender.appendUInteger(id)', ...calls, 'appender.endRow()'].join('\n')
  return /** @type {any} */ (new Function('appender', 'id', 'object', body))
}

/**
 * A table's appender, flushed after each tick. Tables have no index, which appends would pay for. Changes and deletes are
 * appended to a table of their own, and one statement a tick carries them out.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'duckdb',
  package: '@duckdb/node-api',
  use: 'an appender, flushed after each tick; one statement a tick from a staging table for the rest; :memory:',
  modes: sync,
  slow: 20,
  async open(workload) {
    const { types, fields, shift, record, operation } = workload
    const { DuckDBInstance } = require('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const columns = columnsOf(workload)
    const changed = changedOf(workload)
    const declare = (/** @type {string[]} */ names) => (
      ['id UINTEGER', ...names.map((name) => `"${name}" ${TYPES[/** @type {Kind} */ (fields[name])]}`)].join(', ')
    )
    /** @type {Appender[]} */
    const appenders = []
    for (const type of types) {
      await connection.run(`CREATE TABLE "${type}" (${declare(Object.keys(fields))})`)
      appenders.push(await connection.createAppender(type))
    }
    await connection.run(`CREATE TABLE staged (${declare(changed)})`)
    const staged = await connection.createAppender('staged')
    const appendRecord = appendOf(fields, Object.keys(fields))
    const appendChanges = appendOf(fields, changed)
    const carryOut = operation === 'delete'
      ? `DELETE FROM "${types[0]}" USING staged WHERE "${types[0]}".id = staged.id`
      : `UPDATE "${types[0]}" SET ${changed.map((name) => `"${name}" = staged."${name}"`).join(', ')}
         FROM (SELECT id, ${changed.map((name) => `last("${name}" ORDER BY rowid) AS "${name}"`).join(', ')} FROM staged GROUP BY id) AS staged
         WHERE "${types[0]}".id = staged.id`
    let isStaged = false

    const mask = types.length - 1
    const idOf = (/** @type {number} */ index) => (index >>> shift) + 1
    /** @param {number} type @param {string} rest */
    const select = async (type, rest) => {
      const reader = await connection.runAndReadAll(`SELECT id, ${columns.join(', ')} FROM "${types[type]}" ${rest}`)
      return /** @type {{ id: number }[]} */ (reader.getRowObjectsJS())
    }
    /** @param {number[]} indexes */
    const getMany = async (indexes) => {
      /** @type {Map<number, object>[]} */
      const found = []
      for (const type of types.keys()) {
        const ids = indexes.filter((index) => (index & mask) === type).map(idOf)
        const rows = ids.length === 0 ? [] : await select(type, `WHERE id IN (${ids.join(', ')})`)
        found.push(new Map(rows.map((row) => [row.id, row])))
      }
      return indexes.map((index) => found[index & mask]?.get(idOf(index)))
    }
    return {
      create(index) {
        appendRecord(/** @type {Appender} */ (appenders[index & mask]), idOf(index), record(index))
      },
      modify(index, changes) {
        isStaged = true
        appendChanges(staged, idOf(index), changes)
      },
      delete(index) {
        isStaged = true
        appendChanges(staged, idOf(index), {})
      },
      end() {
        if (!isStaged) {
          for (const appender of appenders) appender.flushSync()
          return
        }
        isStaged = false
        staged.flushSync()
        return connection.run(carryOut).then(() => connection.run('DELETE FROM staged'))
      },
      settled() {},
      async count() {
        const counts = await connection.runAndReadAll(types.map((type) => `SELECT count(*) AS n FROM "${type}"`).join(' UNION ALL '))
        return counts.getRowObjectsJS().reduce((sum, { n }) => sum + Number(n), 0)
      },
      get: async (index) => (await select(index & mask, `WHERE id = ${idOf(index)}`))[0],
      getMany,
      async scan(visit) {
        const result = await connection.stream(`SELECT ${columns.join(', ')} FROM "${types[0]}"`)
        for await (const rows of result.yieldRowObjectJs()) for (const row of rows) visit(row)
      },
      close() {
        for (const appender of [...appenders, staged]) appender.closeSync()
        connection.closeSync()
        instance.closeSync()
      }
    }
  }
}
