'use strict'
// Writes random batches to a store until it is killed, and reports on fd 3, a line each:
//   open        the store is open
//   batch       the next batch is about to be written
//   [n,i,…]     write i of batch n has settled, and how

const fs = require('node:fs')
const { setImmediate: immediate } = require('node:timers/promises')
const { open } = require('../../..')
const binding = require('../../../binding.js')
const { Random } = require('../../support/random')
const { Batches, schemaOf } = require('../support/batches')

const { path, schemaSeed, seed, lastIds, workers, durability, segment, checkpoint } = JSON.parse(process.argv[2])
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

const main = async () => {
  binding.setLogLimits(segment, checkpoint)
  const schema = schemaOf(schemaSeed)
  const db = await open({ path, schema, workers, durability })
  report('open')
  const random = new Random(seed)
  const batches = new Batches(schema, random.below(2 ** 32), lastIds)
  let pending = 0
  for (let number = 0; ; number++) {
    const writes = batches.next()
    report('batch')
    pending += 1
    const settled = writes.map(([method, ...args], i) => db[method](...args).then(
      (value) => report(JSON.stringify([number, i, { value }])),
      (error) => report(JSON.stringify([number, i, { code: error.code ?? String(error) }]))
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
