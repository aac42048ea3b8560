'use strict'
// Starts Workers with `worker-body.js` and sees them end, by themselves or by force.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { sleep } = require('./program')

const BODY = path.join(__dirname, 'worker-body.js')

/** What a Worker that ends by itself exits with. */
const CODES = { loads: 0, ends: 0, dropped: 0, exits: 3, throws: 1, 'heap full': 1 }
/** What a Worker tells of an error that ended it. */
const ERRORS = { throws: [/from the Worker/], 'heap full': [/heap out of memory|memory limit/] }
const LITTLE = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }

/** Starts a Worker and lets it end by itself. */
const letEnd = async (mode, place) => {
  const worker = new Worker(BODY, { workerData: { mode, place }, resourceLimits: mode === 'heap full' ? LITTLE : {} })
  const messages = []
  const errors = []
  worker.on('message', (message) => messages.push(message)).on('error', (error) => errors.push(error.message))
  const code = await new Promise((resolve) => worker.on('exit', resolve))
  assert.equal(code, CODES[mode], `${mode}: ${errors}`)
  const { [mode]: expected = [] } = ERRORS
  assert.equal(errors.length, expected.length, errors.join())
  expected.forEach((message, i) => assert.match(errors[i], message))
  if (mode === 'ends') assert.deepEqual(messages, [4000])
  if (mode === 'loads') assert.deepEqual(messages, ['ERR_INVALID_ARGUMENT'])
}

/** Starts a Worker, waits until it is in its state, and some milliseconds more, and terminates it. */
const terminate = async (mode, ms, place) => {
  const worker = new Worker(BODY, { workerData: { mode, place } })
  const exit = once(worker, 'exit')
  assert.deepEqual(await once(worker, 'message'), [mode])
  if (ms > 0) await sleep(ms)
  assert.equal(await worker.terminate(), 1)
  assert.deepEqual(await exit, [1])
}

/**
 * Lets a Worker of `mode` end: by itself if it does, else it is terminated `ms` after it is in its state. Its db is one of its
 * own, or of the store at `place`.
 */
const endOne = (mode, ms, place) => (CODES[mode] === undefined ? terminate(mode, ms, place) : letEnd(mode, place))

module.exports = { endOne }
