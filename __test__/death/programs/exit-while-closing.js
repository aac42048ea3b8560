'use strict'
// `process.exit` while a `close` is pending.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers }).then((db) => {
  createMixed(db, 50_000)
  db.close().then(() => { throw new Error('the close is no longer pending') })
  end()
  process.exit(6)
})
