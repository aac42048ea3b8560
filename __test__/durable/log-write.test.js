'use strict'

// A log that can't be written: what the doors of the addon let fail, as a full or broken disk would.

const assert = require('node:assert/strict')
const os = require('node:os')
const test = require('node:test')
const binding = require('../../binding.js')
const { open } = require('../..')
const { openKnown } = require('../support/addon')
const { filesOf, folderFor } = require('../support/folder')
const { rejected } = require('../support/outcome')

const schema = { note: { text: 'string' }, other: { text: 'string' } }
const { ENOSPC, EIO } = os.constants.errno

const isLogWrite = (code) => (error) => {
  assert.equal(error.code, 'ERR_LOG_WRITE', error.stack)
  assert.equal(error.cause.code, code)
  return true
}

const texts = (db) => Array.from(db.scan('note'), ({ text }) => text)

for (const workers of [0, 1, 3]) {
  for (const durability of ['os', 'disk']) {
    test(`an append that fails: nothing of its batch is applied, writes are refused, reads go on, ${workers} workers, ${durability}`, async (t) => {
      const folder = folderFor(t)
      const db = await open({ path: folder, schema, workers, durability })
      assert.equal(await db.create('note', { text: 'before' }), 1)
      binding.failNextWrite(false, '.log', ENOSPC)
      const writes = []
      const write = (promise) => {
        promise.catch(() => {})
        writes.push(promise)
      }
      write(db.create('note', { text: 'lost' }))
      write(db.createMany('other', [{ text: 'a' }, { text: 'b' }]))
      write(db.delete('note', 1))
      for (let tick = 0; tick < 5; tick++) {
        write(db.drain())
        write(db.modify('note', 1, { text: 'later' }))
        await Promise.resolve()
      }
      for (const promise of writes) await assert.rejects(promise, isLogWrite('ENOSPC'))
      for (const late of [() => db.create('note', { text: 'late' }), () => db.drain(), () => db.checkpoint(), () => db.createMany('note', [])]) {
        await assert.rejects(late(), isLogWrite('ENOSPC'))
      }
      assert.deepEqual(texts(db), ['before'])
      assert.equal(db.count('other'), 0)
      const { inFlight, ctx } = db.stats()
      assert.deepEqual(inFlight, { batches: 0, bytes: 0 })
      assert.equal(ctx.pos, ctx.start)
      await db.close()
      const again = await open({ path: folder, workers, durability })
      assert.deepEqual(texts(again), ['before'])
      assert.equal(await again.create('note', { text: 'after' }), 2)
      await again.close()
    })
  }

  test(`a sync that fails: writes are refused, and what settled is there again, ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const db = await open({ path: folder, schema, workers, durability: 'disk' })
    await db.create('note', { text: 'before' })
    binding.failNextWrite(true, '.log', EIO)
    await assert.rejects(db.create('note', { text: 'unknown' }), isLogWrite('EIO'))
    await assert.rejects(db.create('note', { text: 'late' }), isLogWrite('EIO'))
    assert.equal(texts(db)[0], 'before')
    await db.close()
    // What the kernel gives back may not be on the disk: opening writes it anew.
    assert.equal(filesOf(folder, 'SYNC_FAILED').length, 1)
    const again = await open({ path: folder, workers })
    assert.equal(texts(again)[0], 'before')
    assert.ok(!texts(again).includes('late'))
    assert.deepEqual([filesOf(folder, 'SYNC_FAILED').length, filesOf(folder, '.arrow').length], [0, 1])
    await again.close()
  })

  test(`a checkpoint that fails leaves the one before in force, and writes go on, ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const db = await open({ path: folder, schema, workers })
    await db.create('note', { text: 'a' })
    await db.checkpoint()
    await db.create('note', { text: 'b' })
    for (const [sync, ending] of [[false, '.arrow'], [true, '.arrow'], [false, '.next'], [true, '.next']]) {
      binding.failNextWrite(sync, ending, ENOSPC)
      await assert.rejects(db.checkpoint(), isLogWrite('ENOSPC'))
      assert.equal(filesOf(folder, '.arrow').length, 1, 'what it wrote is removed')
    }
    assert.equal(await db.create('note', { text: 'c' }), 3)
    await db.close()
    const again = await open({ path: folder, workers })
    assert.deepEqual([texts(again), again.stats().recovery.rows], [['a', 'b', 'c'], 1])
    await again.checkpoint()
    await again.close()
    const last = await open({ path: folder })
    assert.equal(last.stats().recovery.rows, 3)
    await last.close()
  })
}

test('a create that waits for room is woken when the log fails', async (t) => {
  const db = await open({ path: folderFor(t), schema, workers: 1, maxModifySize: 4096 })
  const writes = []
  for (let i = 0; i < 2000; i++) {
    if (i === 700) binding.failNextWrite(false, '.log', ENOSPC)
    writes.push(db.create('note', { text: 'x'.repeat(i % 900) }))
  }
  const outcomes = await Promise.allSettled(writes)
  const first = outcomes.findIndex(({ status }) => status === 'rejected')
  assert.ok(first > 0 && first <= 900, `${first}`)
  for (const { reason } of outcomes.slice(first)) isLogWrite('ENOSPC')(reason)
  assert.equal(db.count('note'), first)
  await db.close()
})

for (const durability of ['os', 'disk']) {
  test(`a create that waits for room goes on once the log and a worker have done with it, ${durability}`, async (t) => {
    const db = await open({ path: folderFor(t), schema, workers: 1, maxModifySize: 4096, durability })
    const count = durability === 'os' ? 20_000 : 500
    const text = 'x'.repeat(2200)
    for (let i = 0; i < count; i++) db.create('note', { text })
    await db.drain()
    assert.equal(db.count('note'), count)
    await db.close()
  })
}

test('a store that can not be begun rejects with ERR_LOG_WRITE, and can be opened later', async (t) => {
  const folder = folderFor(t)
  binding.failNextWrite(false, '.log', ENOSPC)
  const error = await rejected(open({ path: folder, schema }), 'ERR_LOG_WRITE')
  assert.equal(error.cause.code, 'ENOSPC')
  await (await open({ path: folder, schema })).close()
})

test('a panic of a worker poisons a durable store as well; what was logged is there again', async (t) => {
  const folder = folderFor(t)
  const { db, dbCtx } = await openKnown({ path: folder, schema, workers: 1 })
  await db.create('note', { text: 'before' })
  binding.panicNext(dbCtx)
  await rejected(db.create('note', { text: 'logged' }), 'ERR_POISONED')
  await rejected(db.create('note', { text: 'late' }), 'ERR_POISONED')
  await rejected(db.checkpoint(), 'ERR_POISONED')
  const { db: other, dbCtx: otherCtx } = await openKnown({ path: folderFor(t), schema, workers: 1 })
  binding.panicNext(otherCtx)
  await Promise.all([rejected(other.create('note', { text: 'x' }), 'ERR_POISONED'), rejected(other.checkpoint(), 'ERR_POISONED')])
  await other.close()
  await db.close()
  const again = await open({ path: folder })
  assert.deepEqual(texts(again), ['before', 'logged'])
  await again.close()
})
