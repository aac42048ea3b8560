'use strict'
// One write that fails and that nobody awaits, among many that succeed: an unhandled rejection, as of any promise.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

const WRITES = {
  delete: (db) => db.delete('note', 1_000_000),
  modify: (db) => db.modify('note', 1_000_000, { n: 1 }),
  create: (db) => db.create('note', {}),
  createMany: (db) => db.createMany('note', [{}])
}

open({ schema, workers: options.workers }).then((db) => {
  createMixed(db, 1000)
  WRITES[options.write](db)
  createMixed(db, 1000)
  // With a listener the program goes on to its end; without, Node ends it with code 1.
  if (options.listen) {
    const codes = []
    process.on('unhandledRejection', (error) => codes.push(error.code))
    process.on('exit', () => console.log(codes.join()))
  }
  end()
})
