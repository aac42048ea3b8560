'use strict'

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { Worker } = require('node:worker_threads')
const { run } = require('./support/child')

const body = `
  const { open } = require(${JSON.stringify(path.join(__dirname, '..'))})
  const { parentPort, workerData } = require('node:worker_threads')
  open({ schema: { a: { text: 'string' } }, workers: 2, maxModifySize: 65536 }).then(async (db) => {
    if (workerData.storm) {
      parentPort.postMessage('storm')
      for (;;) {
        for (let i = 0; i < 500; i++) db.create('a', { text: 'x'.repeat(i) })
        await new Promise(setImmediate)
      }
    }
    const ids = await Promise.all(Array.from({ length: 1000 }, (_, i) => db.create('a', { text: String(i) })))
    parentPort.postMessage([ids.length, db.count('a'), db.get('a', 1000).text])
  })
`

const message = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
const ended = (worker) => new Promise((resolve) => worker.once('exit', resolve))

test('a Worker opens, writes, reads and ends by itself', async () => {
  const worker = new Worker(body, { eval: true, workerData: {} })
  const end = ended(worker)
  assert.deepEqual(await message(worker), [1000, 1000, '999'])
  assert.equal(await end, 0)
})

test('Workers that are terminated with writes in flight take nothing else down', async () => {
  const exits = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
    const worker = new Worker(body, { eval: true, workerData: { storm: true } })
    await message(worker)
    await new Promise((resolve) => setTimeout(resolve, i * 3))
    return worker.terminate()
  }))
  assert.deepEqual(exits, exits.map(() => 1))
})

test('the addon loaded only in Workers that are terminated leaves a process that exits with 0', async () => {
  // As an ES module, so that the test's preamble does not load the package in the main thread.
  const program = `
    import { Worker } from 'node:worker_threads'
    for (let i = 0; i < 10; i++) {
      const worker = new Worker(${JSON.stringify(body)}, { eval: true, execArgv: [], workerData: { storm: true } })
      await new Promise((resolve) => worker.once('message', resolve))
      await new Promise((resolve) => setTimeout(resolve, i))
      await worker.terminate()
    }
    console.log('done')`
  const { code, signal, stdout, stderr } = await run(program, { esm: true })
  assert.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: 'done\n', stderr: '' })
})
