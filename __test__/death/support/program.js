'use strict'
// What every program of this folder starts with: its options, and how it says how far it has come.

const fs = require('node:fs')
const path = require('node:path')

/** What the case gives the program to do. */
const options = JSON.parse(process.argv[2] ?? '{}')

/** Prints a line at once, from whatever thread and whatever comes next. */
const say = (line) => fs.writeSync(1, `${line}\n`)

/** The program's last line: from here on only tearing down is left. */
const end = () => say('end')

const schema = {
  note: { text: 'string', n: 'uint32' },
  event: { at: 'float64', tag: 'string?' },
  score: { value: 'int32' },
  blob: { bytes: 'binary' }
}

/** A record of each type. */
const record = {
  note: { text: 'a note of some length', n: 1 },
  event: { at: 1.5, tag: 'tagged' },
  score: { value: -7 },
  blob: { bytes: new Uint8Array(24).fill(7) }
}
const types = Object.keys(schema)

/** Creates `count` records, of all types in turn; gives their promises. */
const createMixed = (db, count) => Array.from({ length: count }, (_, i) => {
  const type = types[i % types.length]
  return db.create(type, record[type])
})

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Options that lead to a store which threads of this process share, in memory or on the disk. */
const sharedPlace = () => (options.kind === 'name' ? { name: 'shared' } : { path: path.join(options.folder, 'store') })

/** Runs an async program; says its last line when it is through. */
const main = (program) => program().then(end)

module.exports = { createMixed, end, main, options, record, say, schema, sharedPlace, sleep, types }
