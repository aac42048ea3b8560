'use strict'
// The addon is loaded only in Workers, which come to one store and end in the given way, round after round, `atOnce` of them at a
// time. With `keeps` one Worker has the store and writes to it all the time, and notices nothing; without, the store goes
// whenever the last has left it. No thread and no file descriptor of theirs is left.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { open } = require('../../..')
const { endOne } = require('../support/end-one')
const { createMixed, main, options, schema, sharedPlace, sleep } = require('../support/program')
const { returnTo, snapshot } = require('../support/resources')

/** Writes, and checks what comes of it, until it is told to end. */
const keep = async () => {
  const db = await open({ ...workerData, schema, workers: 1 })
  let done = false
  parentPort.once('message', () => { done = true })
  let settled = 0
  parentPort.postMessage('open')
  while (!done) {
    const ids = await Promise.all(createMixed(db, 40))
    await Promise.all(ids.map((id, i) => i % 4 === 0 && db.modify('note', id, { n: id })))
    for (const [i, id] of ids.entries()) if (i % 4 === 0) assert.equal(db.get('note', id).n, id)
    // What it wrote goes again: the store must not grow by how long this takes.
    await Promise.all(ids.map((id, i) => db.delete(Object.keys(schema)[i % 4], id)))
    settled += ids.length
    await sleep(1)
  }
  await db.close()
  assert.ok(settled > 0)
}

const drive = () => main(async () => {
  const { modes, rounds, atOnce, keeps } = options
  const before = snapshot()
  const place = sharedPlace()
  const keeper = keeps && new Worker(__filename, { workerData: place })
  if (keeps) await once(keeper, 'message')
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => endOne(modes[(round + i) % modes.length], (round + i) % 5, place)))
  }
  if (keeps) {
    const exit = once(keeper, 'exit')
    keeper.postMessage('end')
    assert.deepEqual(await exit, [0])
  }
  await returnTo(before)
})

if (isMainThread) drive()
else keep()
