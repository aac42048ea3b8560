'use strict'
// `process.exit` in the tick of a create: 100 writes are un-drained, or so many that runs were handed over early.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers }).then((db) => {
  createMixed(db, options.writes)
  end()
  process.exit(7)
})
