'use strict'
// Writes, never closes, and ends when all has settled, with the exit code that it set.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers, maxModifySize: options.maxModifySize }).then((db) => {
  let settled = 0
  for (const write of createMixed(db, 50_000)) write.then(() => { settled++ })
  process.exitCode = 4
  process.on('exit', () => {
    assert.equal(settled, 50_000)
    end()
  })
})
