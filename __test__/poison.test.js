'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const binding = require('../binding.js')
const { open } = require('..')
const { Poisoning, openBreakable } = require('./death/support/poison')
const { openKnown } = require('./support/addon')

const schema = { note: { text: 'string' }, other: { text: 'string' } }

/** Opens a db whose next batch panics where it is applied. */
const openBroken = async (options) => {
  const { db, dbCtx } = await openKnown({ schema, ...options })
  binding.panicNext(dbCtx)
  return db
}

const isPoisoned = (error) => {
  assert.equal(error.code, 'ERR_POISONED')
  assert.match(error.cause.message, /as a test asked/)
  return true
}

for (const workers of [0, 1, 3]) {
  test(`a panic while applying poisons the store, ${workers} workers`, async () => {
    const db = await openBroken({ workers })
    const intact = await open({ schema, workers })
    const writes = []
    for (let tick = 0; tick < 20; tick++) {
      writes.push(db.create('note', { text: 'x' }), db.createMany('other', [{ text: 'y' }, { text: 'z' }]))
      if (tick % 3 === 0) writes.push(db.drain())
    }
    for (const outcome of await Promise.allSettled(writes)) {
      assert.equal(outcome.status, 'rejected')
      isPoisoned(outcome.reason)
    }
    await assert.rejects(db.create('note', { text: 'late' }), isPoisoned)
    await assert.rejects(db.modify('note', 1, { text: 'late' }), isPoisoned)
    await assert.rejects(db.delete('note', 1), isPoisoned)
    await assert.rejects(db.createMany('note', []), isPoisoned)
    await assert.rejects(db.drain(), isPoisoned)
    assert.equal(db.count('note') <= 20, true, 'reads go on')
    assert.deepEqual(db.stats().inFlight, { batches: 0, bytes: 0 })
    await db.close()
    assert.equal(await intact.create('note', { text: 'another store' }), 1)
    await intact.close()
  })
}

test('a batch that is done, but has not settled yet when another panics, rejects with it', async () => {
  const { db, panicNext } = await openBreakable({ schema, workers: 2 })
  // Without leaving the tick: nothing settles meanwhile.
  const writeAlone = (type, batches) => {
    const promises = [db.create(type, { text: 'x' }), db.drain()]
    const end = Date.now() + 10_000
    while (db.stats().workers.reduce((sum, worker) => sum + worker.batches, 0) < batches) assert.ok(Date.now() < end)
    return promises
  }
  const poisoning = new Poisoning(/as a test asked/)
  const done = writeAlone('other', 1)
  panicNext()
  poisoning.add([...done, ...writeAlone('note', 2)])
  await poisoning.end()
  for (const promise of done) await assert.rejects(promise, isPoisoned)
  assert.equal(db.count('other'), 1, 'though it was applied')
  await db.close()
})

test('a create that waits for room when the store is poisoned is woken and rejects', async () => {
  const db = await openBroken({ workers: 1, maxModifySize: 4096 })
  const writes = []
  for (let i = 0; i < 2000; i++) writes.push(db.create('note', { text: 'x'.repeat(i % 900) }))
  const outcomes = await Promise.allSettled(writes)
  assert.equal(outcomes.length, 2000)
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected')
    isPoisoned(outcome.reason)
  }
  await db.close()
})

const isOutOfMemory = (error) => error.code === 'ERR_POISONED' && /out of memory/.test(error.cause.message)

for (const workers of [0, 1]) {
  test(`memory that runs out for a new page poisons the store, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    assert.equal(await db.create('note', { text: 'before' }), 1)
    binding.failNextAllocation()
    const writes = [db.create('other', { text: 'x' }), db.create('note', { text: 'y' })]
    for (const outcome of await Promise.allSettled(writes)) assert.ok(isOutOfMemory(outcome.reason), outcome.reason)
    assert.deepEqual(db.get('note', 1), { id: 1, text: 'before' })
    await assert.rejects(db.delete('note', 1), isOutOfMemory)
    await db.close()
  })

  test(`memory that runs out for the copy of a page that a scan holds poisons the store, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    await db.createMany('note', Array.from({ length: 100 }, (_, i) => ({ text: String(i) })))
    const scan = db.scan('note')
    scan.next()
    binding.failNextAllocation()
    await assert.rejects(db.modify('note', 50, { text: 'changed' }), isOutOfMemory)
    assert.equal([...scan].length, 99)
    await db.close()
  })
}

test('memory that runs out for the modify buffer rejects open', async () => {
  const { SharedArrayBuffer: original } = globalThis
  globalThis.SharedArrayBuffer = class {
    constructor() {
      throw new RangeError('Array buffer allocation failed')
    }
  }
  try {
    await assert.rejects(open({ schema, maxModifySize: 2 ** 30 }), (error) => error.code === 'ERR_INVALID_ARGUMENT' && error.cause instanceof RangeError)
  } finally {
    globalThis.SharedArrayBuffer = original
  }
  await (await open({ schema })).close()
})
