'use strict'
// `process.exit` in an 'exit' listener, which first writes and drains: nothing of that can settle any more.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

open({ schema, workers: options.workers }).then((db) => {
  const settled = () => { throw new Error('nothing settles when the event loop has ended') }
  process.on('exit', () => {
    for (const write of createMixed(db, 20_000)) write.then(settled)
    db.drain().then(settled)
    end()
    process.exit(9)
  })
  createMixed(db, 100)
  if (options.early) process.exit(1)
})
