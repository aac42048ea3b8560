'use strict'
// Stores are poisoned in Workers, which then end by themselves or are terminated; the main thread's store goes on.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { open } = require('../../..')
const { createMixed, main, options, schema } = require('../support/program')
const { Poisoning, openBreakable } = require('../support/poison')

const inWorker = async () => {
  const { db, panicNext } = await openBreakable({ schema, workers: 2, maxModifySize: 65536 })
  panicNext()
  const poisoning = new Poisoning()
  poisoning.add(createMixed(db, 4000))
  if (workerData.at === 'once') parentPort.postMessage('ready')
  await poisoning.end()
  parentPort.postMessage('ready')
  if (workerData.at === 'later') for (;;);
}

const inMainThread = () => main(async () => {
  const db = await open({ schema, workers: 2 })
  for (let round = 0; round < options.rounds; round++) {
    const at = ['once', 'later', 'never'][round % 3]
    const worker = new Worker(__filename, { workerData: { at } })
    const exit = once(worker, 'exit')
    await once(worker, 'message')
    if (at !== 'never') await worker.terminate()
    assert.deepEqual(await exit, [at === 'never' ? 0 : 1])
    await Promise.all(createMixed(db, 400))
  }
  await db.close()
})

if (isMainThread) inMainThread()
else inWorker()
