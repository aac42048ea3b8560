'use strict'
// Snapshot files, read by an Arrow reader that is not ours.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { tableFromIPC } = require('apache-arrow')
const { filesOf, folderFor } = require('../support/folder')
const { openFor } = require('../support/outcome')

const SMALL = ['', 'ädmin', '😀']
const LARGE = Array.from({ length: 300 }, (_, i) => `value ${i}`)
const LAST_TIME = 8.64e15

/** Each kind of field: its definition, the Arrow type, and values. */
const KINDS = [
  ['string', 'Utf8', ['', 'plain', 'né 語 😀', 'x'.repeat(40_000)]],
  ['binary', 'Binary', [new Uint8Array(), Uint8Array.of(0, 255), new Uint8Array(33_000).fill(7)]],
  ['json', 'Utf8', [null, { a: [1, 'é😀', null] }, 'text', 0.5]],
  ['boolean', 'Bool', [true, false]],
  ['int8', 'Int8', [-128, 0, 127]],
  ['uint8', 'Uint8', [0, 255]],
  ['int16', 'Int16', [-(2 ** 15), 2 ** 15 - 1]],
  ['uint16', 'Uint16', [0, 2 ** 16 - 1]],
  ['int32', 'Int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['uint32', 'Uint32', [0, 2 ** 32 - 1]],
  ['int64', 'Int64', [-(2n ** 63n), -1n, 2n ** 63n - 1n]],
  ['uint64', 'Uint64', [0n, 2n ** 64n - 1n]],
  ['float32', 'Float32', [0.5, -Infinity, NaN, Math.fround(0.1)]],
  ['float64', 'Float64', [0.1, Infinity, NaN, -0, 5e-324]],
  ['timestamp', 'Timestamp<MILLISECOND, UTC>', [new Date(0), new Date(1.7e12), new Date(-LAST_TIME), new Date(LAST_TIME)]],
  [{ enum: SMALL }, 'Dictionary<Uint8, Utf8>', SMALL],
  [{ enum: LARGE }, 'Dictionary<Uint16, Utf8>', [LARGE[0], LARGE[255], LARGE[256], LARGE[299]]]
]

const FIELDS = KINDS.flatMap(([definition, type, values], i) => [false, true].map((optional) => {
  const long = typeof definition === 'string' ? { type: definition } : definition
  const name = `${definition.enum ? `enum of ${definition.enum.length}` : definition}${optional ? ' "?" é' : ''}`
  return { name, definition: { ...long, optional }, type, optional, values, isJson: definition === 'json', place: i }
}))

const schema = { every: Object.fromEntries(FIELDS.map(({ name, definition }) => [name, definition])), empty: { name: 'string' } }

const recordOf = (number) => Object.fromEntries(FIELDS.flatMap(({ name, optional, values, place }) =>
  optional && (number + place) % 3 === 0 ? [] : [[name, values[(number + place) % values.length]]]))

/** A value as the reader shows it; what is absent is null. */
const shown = ({ isJson, optional }, value) => {
  if (value === undefined || (isJson && optional && value === null)) return null
  if (isJson) return JSON.stringify(value)
  return value instanceof Date ? value.getTime() : value
}

/** The table of a type in the newest checkpoint. */
const tableOf = (folder, index) => {
  const [name] = filesOf(folder, `-0000${index}.arrow`)
  return tableFromIPC(fs.readFileSync(path.join(folder, name)))
}

test('every field type, with ids and nulls', async (t) => {
  const folder = folderFor(t)
  const db = await openFor(t, { path: folder, schema })
  const records = Array.from({ length: 60 }, (_, number) => recordOf(number))
  await db.createMany('every', records)
  await Promise.all([1, 7, 8, 60].map((id) => db.delete('every', id)))
  await db.modify('every', 5, { 'string "?" é': null, string: 'changed' })
  await db.checkpoint()
  // What comes later is not in it.
  await db.create('every', recordOf(0))

  const table = tableOf(folder, 0)
  const described = (field) => `${field.name}: ${field.type}${field.nullable ? '?' : ''}`
  assert.deepStrictEqual(table.schema.fields.map(described),
    ['id: Uint32', ...FIELDS.map(({ name, type, optional }) => `${name}: ${type}${optional ? '?' : ''}`)])
  for (const { name, isJson } of FIELDS) {
    const { metadata } = table.schema.fields.find((field) => field.name === name)
    assert.equal(metadata.get('ARROW:extension:name'), isJson ? 'arrow.json' : undefined, name)
  }
  assert.deepStrictEqual([...table.schema.metadata], [['millrace.next_id', '61'], ['millrace.type', 'every']])

  assert.ok(table.batches.length > 1, 'large values end batches')
  const rows = [...db.scan('every', { to: 61 })]
  assert.equal(table.numRows, 56)
  assert.deepStrictEqual([...table.getChild('id')], rows.map(({ id }) => id))
  for (const field of FIELDS) {
    const column = [...table.getChild(field.name)]
    assert.deepStrictEqual(column, rows.map((row) => shown(field, row[field.name])), field.name)
  }
})

test('a type without records has no file until it has one, and again when all are deleted', async (t) => {
  const folder = folderFor(t)
  const db = await openFor(t, { path: folder, schema })
  const files = async () => (await db.checkpoint(), filesOf(folder, '-00001.arrow').length)
  assert.equal(await files(), 0)
  const id = await db.create('empty', { name: 'a' })
  assert.equal(await files(), 1)
  assert.deepStrictEqual(tableOf(folder, 1).toArray().map(String), [`{"id": ${id}, "name": "a"}`])
  await db.delete('empty', id)
  assert.equal(await files(), 0)
})
