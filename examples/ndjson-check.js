'use strict'

const { setImmediate } = require('node:timers/promises')
const { expectedRow } = require('./compare.js')
const { readLines } = require('./lines.js')
const { RECORDS_PER_TICK } = require('./ticks.js')

/** @typedef {import('./compare.js').Differences} Differences */

/**
 * Reads the file again and holds the store against it.
 * @param {import('./ndjson.js').AnyDb} db
 * @param {{ file: string, reader: import('./convert.js').RecordReader, ids: number[] }} load ids: one a line, 0 for a bad one
 * @param {Differences} differences
 * @param {import('./report.js').Progress} progress
 */
async function checkFile (db, { file, reader, ids }, differences, progress) {
  /** @type {Map<string, { count: number, lastId: number }>} */
  const types = new Map([...reader.types.keys()].map((type) => [type, { count: 0, lastId: 0 }]))
  let lines = 0
  for await (const tick of readLines(file)) {
    for (const { number, text } of tick) {
      const id = ids[lines++] ?? 0
      if (id !== 0) checkLine(db, reader, types, { number, text, id }, differences)
    }
    progress.update(tick.at(-1)?.end ?? 0)
  }
  differences.equal(`the number of lines of ${file} at the second reading`, lines, ids.length)
  for (const [type, { count }] of types) {
    differences.equal(`the count of ${type}`, db.count(type), count)
    await checkScan(db, type, count, differences)
  }
}

/**
 * @param {import('./ndjson.js').AnyDb} db
 * @param {import('./convert.js').RecordReader} reader
 * @param {Map<string, { count: number, lastId: number }>} types
 * @param {{ number: number, text: string | undefined, id: number }} line
 * @param {Differences} differences
 */
function checkLine (db, reader, types, { number, text, id }, differences) {
  const { type, record } = reader.read(text)
  const seen = types.get(type) ?? { count: 0, lastId: 0 }
  if (id <= seen.lastId) differences.add(`line ${number}: ${type} ${id} came after ${seen.lastId}`)
  seen.count++
  seen.lastId = id
  differences.row(`line ${number}, ${type} ${id}`, db.get(type, id), expectedRow(reader.schema[type] ?? {}, record, id))
}

/**
 * The rows are held against the file one by one; what a scan adds is that it gives just those, in order.
 * @param {import('./ndjson.js').AnyDb} db
 * @param {string} type
 * @param {number} count
 * @param {Differences} differences
 */
async function checkScan (db, type, count, differences) {
  let lastId = 0
  let rows = 0
  for (const row of db.scan(type)) {
    if (row.id <= lastId) differences.add(`scan of ${type}: id ${row.id} after ${lastId}`)
    lastId = row.id
    differences.row(`scan of ${type}, row ${row.id}`, row, db.get(type, row.id))
    if (++rows % RECORDS_PER_TICK === 0) await setImmediate()
  }
  differences.equal(`the number of rows in a scan of ${type}`, rows, count)
}

exports.checkFile = checkFile
