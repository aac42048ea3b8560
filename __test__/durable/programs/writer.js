'use strict'
// Writes random batches to a store until it is killed, from as many threads as the store has parts, and reports on fd 3, a
// line each:
//   open          the store is open
//   [p]           the next batch of part p is about to be written
//   [p,n,i,…]     write i of batch n of part p has settled, and how

const { once } = require('node:events')
const fs = require('node:fs')
const { setImmediate: immediate } = require('node:timers/promises')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { open } = require('../../..')
const binding = require('../../../binding.js')
const { Random } = require('../../support/random')
const { schemaOf, unionOf } = require('../../support/random-schema')
const { Batches } = require('../support/batches')

const { path, parts, workers, durability, segment, checkpoint } = JSON.parse(process.argv[2])
const part = isMainThread ? 0 : workerData
const { schemaSeed, seed, lastIds } = parts[part]
// Batches that have not settled: more would only make the parent's work longer.
const MOST_PENDING = 40

const sleeper = new Int32Array(new SharedArrayBuffer(4))

const report = (line) => {
  const bytes = Buffer.from(`${line}\n`)
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(3, bytes, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(sleeper, 0, 0, 1)
    }
  }
}

/** Starts a thread for each of the other parts; goes on when all of them have opened the store. */
const startThreads = () => Promise.all(parts.slice(1).map((_, i) => {
  return once(new Worker(__filename, { argv: process.argv.slice(2), workerData: i + 1 }), 'message')
}))

const main = async () => {
  if (isMainThread) binding.setLogLimits(segment, checkpoint)
  const schema = unionOf(parts.map((each) => each.schemaSeed))
  const db = await open({ path, schema, workers, durability })
  report('open')
  if (isMainThread) await startThreads()
  else parentPort.postMessage('open')
  const random = new Random(seed)
  const batches = new Batches(schemaOf(schemaSeed, part), random.below(2 ** 32), lastIds)
  let pending = 0
  for (let number = 0; ; number++) {
    const writes = batches.next()
    report(`[${part}]`)
    pending += 1
    const settled = writes.map(([method, ...args], i) => db[method](...args).then(
      (value) => report(JSON.stringify([part, number, i, { value }])),
      (error) => report(JSON.stringify([part, number, i, { code: error.code ?? String(error) }]))
    ))
    const all = Promise.all(settled).then(() => { pending -= 1 })
    if (random.chance(0.02)) db.checkpoint().catch((error) => report(`a checkpoint failed: ${error}`))
    const gap = pending > MOST_PENDING ? 'all' : random.weighted([[80, 'tick'], [10, 'all'], [10, 'drain']])
    if (gap === 'all') await all
    else if (gap === 'drain') await db.drain()
    else await immediate()
    // What the parent takes for a batch must be one.
    if (pending === 0 && db.stats().batches !== number + 1) report(`${number + 1} ticks were ${db.stats().batches} batches`)
  }
}

main().catch((error) => {
  report(`failed: ${error.stack}`)
  process.exit(1)
})
