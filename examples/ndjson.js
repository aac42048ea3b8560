'use strict'

const { readFile, stat } = require('node:fs/promises')
const { MillraceError, open } = require('../index.js')
const { Differences } = require('./compare.js')
const { LineError, RecordReader } = require('./convert.js')
const { readLines } = require('./lines.js')
const { checkFile } = require('./ndjson-check.js')
const { UsageError } = require('./options.js')
const report = require('./report.js')
const { writeInTicks } = require('./ticks.js')

/** @typedef {import('./lines.js').Line} Line */
/** @typedef {import('../index.js').Schema} Schema */
/** @typedef {import('../index.js').Db<Schema>} AnyDb a store whose schema is known only now */
/** @typedef {{ number: number, message: string }} BadLine */

/** What is wrong with one record and no reason to stop. */
const RECORD_ERRORS = new Set([
  'ERR_UNKNOWN_TYPE', 'ERR_UNKNOWN_FIELD', 'ERR_MISSING_FIELD', 'ERR_INVALID_VALUE', 'ERR_OUT_OF_RANGE', 'ERR_RECORD_TOO_LARGE'
])

/**
 * Loads an NDJSON file, then reads it a second time to check what was stored.
 * @param {NonNullable<import('./options.js').Options['load']>} load
 * @param {{ workers?: number }} options
 * @returns {Promise<boolean>} whether every line is stored as the file has it
 */
async function loadFile (load, options) {
  const size = await fileSize(load.file)
  const { db, reader } = await openStore(load, options)
  const progress = new report.Progress(report.bytes)
  try {
    /** @type {BadLine[]} */
    const bad = []
    progress.start('writing', size)
    const written = report.startTiming()
    let spent = 0
    const ids = await writeInTicks(db, readLines(load.file),
      (line) => writeLine(db, reader, line, bad),
      (tick, ms) => {
        spent += ms
        progress.update(tick.at(-1)?.end ?? size)
      })
    const writing = written()

    const differences = new Differences()
    progress.start('checking', size)
    const checked = report.startTiming()
    await checkFile(db, { file: load.file, reader, ids }, differences, progress)
    const checking = checked()
    progress.stop()

    const records = ids.length - bad.length
    console.log(`\n${load.file}: ${report.bytes(size)}, ${report.count(ids.length)} lines\n`)
    report.timed('written', records, 'records', writing)
    for (const type of reader.types.keys()) report.line('', `${type}: ${report.count(db.count(type))}`)
    report.timed('checked', records, 'records, by get and by scan,', checking)
    report.eventLoop(writing, spent, records)
    report.workers(db.stats())
    report.verdict(differences, 'compared with a second reading of the file')
    reportBad(load.file, bad)
    return differences.count === 0 && bad.length === 0
  } finally {
    progress.stop()
    await db.close()
  }
}

/** @param {string} file */
async function fileSize (file) {
  const stats = await usable(file, stat(file))
  if (!stats.isFile()) throw new UsageError(`${file} is not a file (it is read twice, so a pipe will not do)`)
  return stats.size
}

/**
 * @param {NonNullable<import('./options.js').Options['load']>} load
 * @param {{ workers?: number }} options
 * @returns {Promise<{ db: AnyDb, reader: RecordReader }>}
 */
async function openStore (load, options) {
  const text = await usable(load.schema, readFile(load.schema, 'utf8'))
  /** @type {Schema} */
  let schema
  try {
    schema = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${load.schema}: ${/** @type {Error} */ (error).message}`)
  }
  if (typeof schema !== 'object' || schema === null) throw new UsageError(`${load.schema} does not hold a JSON object`)
  let db
  try {
    db = await open({ schema, ...options })
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'ERR_INVALID_SCHEMA') {
      throw new UsageError(`${load.schema}: ${error.message} [${error.code}]`)
    }
    throw error
  }
  const reader = new RecordReader(schema, load)
  if (reader.types.size > 1 && load.typeKey === undefined) {
    await db.close()
    throw new UsageError(`${load.schema} has ${reader.types.size} types: --type-key must say which key of a line names its type`)
  }
  return { db, reader }
}

/**
 * @template T
 * @param {string} file
 * @param {Promise<T>} access
 */
async function usable (file, access) {
  try {
    return await access
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${/** @type {Error} */ (error).message}`)
  }
}

/**
 * @param {AnyDb} db
 * @param {RecordReader} reader
 * @param {Line} line
 * @param {BadLine[]} bad
 * @returns {Promise<number>} its id; 0: the line is bad
 */
async function writeLine (db, reader, { number, text }, bad) {
  try {
    const { type, record } = reader.read(text)
    return await db.create(type, record)
  } catch (error) {
    if (error instanceof LineError) bad.push({ number, message: error.message })
    else if (error instanceof MillraceError && RECORD_ERRORS.has(error.code)) {
      bad.push({ number, message: `${error.message} [${error.code}]` })
    } else throw error
    return 0
  }
}

/** @param {string} file @param {BadLine[]} bad */
function reportBad (file, bad) {
  if (bad.length === 0) return
  console.error(`\n${report.count(bad.length)} bad lines, not stored:`)
  bad.sort((a, b) => a.number - b.number)
  report.list(bad.slice(0, 20).map(({ number, message }) => `${file}:${number}: ${message}`), bad.length)
}

exports.loadFile = loadFile
