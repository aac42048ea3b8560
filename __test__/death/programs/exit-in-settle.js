'use strict'
// `process.exit` in the callback of a write that settled, while workers go on with what was written behind it.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers, maxModifySize: 65536 }).then((db) => {
  const exit = () => {
    createMixed(db, 5000)
    end()
    process.exit(8)
  }
  createMixed(db, 5000)[100].then(exit)
})
