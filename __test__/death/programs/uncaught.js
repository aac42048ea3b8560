'use strict'
// An uncaught exception with 100,000 writes in flight: in the tick that wrote them, in the next, or as one settles.

const { open } = require('../../..')
const { createMixed, end, options, schema } = require('../support/program')

const fail = () => {
  end()
  throw new Error('from the program')
}

open({ schema, workers: options.workers }).then((db) => {
  // Not in this promise's own callback: that would be an unhandled rejection.
  setImmediate(() => {
    const writes = createMixed(db, 100_000)
    if (options.where === 'the tick of the writes') fail()
    if (options.where === 'the next tick') setImmediate(fail)
    // `queueMicrotask` reports what its callback throws as an exception.
    if (options.where === 'a settle callback') writes[0].then(() => queueMicrotask(fail))
  })
})
