'use strict'
// Writes without end until SIGTERM comes, and leaves it to the system what that does.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers }).then(async (db) => {
  for (let tick = 0; ; tick++) {
    await Promise.all(createMixed(db, 500))
    if (tick === 20) end()
  }
})
