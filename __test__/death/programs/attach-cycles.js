'use strict'
// Attaches to a store that is open and leaves it again, over and over, from this thread and from Workers: threads and file
// descriptors return to where they were, and memory does not grow after two fifths of the cycles. Needs --expose-gc.

const assert = require('node:assert/strict')
const { isMainThread, Worker, workerData } = require('node:worker_threads')
const { open } = require('../../..')
const { createMixed, main, options, schema, sharedPlace, sleep, types } = require('../support/program')
const { MIB, residentMemory, returnTo, snapshot } = require('../support/resources')

const FIFTHS = 5

/** So many times: attaches, writes and deletes, closes. */
const cycle = async (place, cycles, maxModifySize) => {
  for (let i = 1; i <= cycles; i++) {
    const db = await open({ ...place, workers: 1 + i % 3, maxModifySize })
    const ids = await Promise.all(createMixed(db, 400))
    const deletes = ids.map((id, n) => db.delete(types[n % types.length], id))
    await db.close()
    await Promise.all(deletes)
    if (i % 10 !== 0) continue
    // A handle lets go of its function in a turn of the event loop.
    await sleep(1)
    globalThis.gc()
  }
}

const cycleInWorker = (place, cycles, maxModifySize) => new Promise((resolve, reject) => {
  const worker = new Worker(__filename, { workerData: { place, cycles, maxModifySize } })
  worker.once('error', reject).once('exit', resolve)
})

const drive = () => main(async () => {
  const { cycles, inWorkers, maxModifySize, mostGrowth } = options
  const place = sharedPlace()
  const db = await open({ ...place, schema, workers: 1 })
  const before = snapshot()
  const memory = []
  for (let fifth = 0; fifth < FIFTHS; fifth++) {
    if (inWorkers === 0) await cycle(place, cycles / FIFTHS, maxModifySize)
    else await Promise.all(Array.from({ length: inWorkers }, () => cycleInWorker(place, cycles / FIFTHS / inWorkers, maxModifySize)))
    await returnTo(before)
    assert.deepEqual(db.stats().store, { handles: 1, workers: 1 })
    assert.deepEqual(types.map((type) => db.count(type)), types.map(() => 0))
    memory.push(residentMemory() / MIB)
  }
  await db.close()
  const growth = memory.at(-1) - memory[1]
  assert.ok(growth < mostGrowth, `memory grew by ${growth.toFixed(1)} MiB: ${memory.map(Math.round)}`)
})

if (isMainThread) drive()
else cycle(workerData.place, workerData.cycles, workerData.maxModifySize)
