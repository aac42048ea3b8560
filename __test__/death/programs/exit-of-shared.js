'use strict'
// The main thread ends the process, by `process.exit` or by an exception, while Workers in every state have the store that it
// has too, and with writes of its own in flight.

const { once } = require('node:events')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { open } = require('../../..')
const { createMixed, end, options, schema, sharedPlace } = require('../support/program')

const BODY = path.join(__dirname, '..', 'support', 'worker-body.js')
const MODES = ['in flight', 'waiting', 'storm', 'settling', 'cycling', 'undrained']

const program = async () => {
  const place = sharedPlace()
  const opening = options.first && open({ ...place, schema, workers: 2 })
  const workers = MODES.map((mode) => new Worker(BODY, { workerData: { mode, place } }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const db = await (opening || open({ ...place, workers: 2 }))
  createMixed(db, 50_000)
  end()
  if (options.how === 'exit') process.exit(5)
  // Not in this promise's own callback: that would be an unhandled rejection.
  setImmediate(() => { throw new Error('from the program') })
}

program()
