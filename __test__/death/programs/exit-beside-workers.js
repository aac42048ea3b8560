'use strict'
// `process.exit` of the main thread while Workers write, and with writes of its own in flight.

const { once } = require('node:events')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { open } = require('../../..')
const { createMixed, end, schema } = require('../support/program')

const BODY = path.join(__dirname, '..', 'support', 'worker-body.js')

const program = async () => {
  const modes = ['in flight', 'waiting', 'storm', 'settling']
  const workers = modes.map((mode) => new Worker(BODY, { workerData: { mode } }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const db = await open({ schema, workers: 2 })
  createMixed(db, 50_000)
  end()
  process.exit(5)
}

program()
