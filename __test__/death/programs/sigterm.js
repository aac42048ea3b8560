'use strict'
// Writes without end until SIGTERM comes. Its handler closes the db, after which everything has settled.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, end, options, say, schema } = require('../support/program')

open({ schema, workers: options.workers, maxModifySize: options.maxModifySize }).then((db) => {
  let written = 0
  let settled = 0
  let ticks = 0
  const tick = () => {
    if (db.closed) return
    for (const write of createMixed(db, 500)) write.then(() => { settled++ })
    written += 500
    if (++ticks === 20) say('ready')
    setImmediate(tick)
  }
  process.on('SIGTERM', async () => {
    createMixed(db, 50)
    await db.close()
    await Promise.resolve()
    assert.equal(settled, written)
    end()
    if (options.exit) process.exit(0)
  })
  tick()
})
