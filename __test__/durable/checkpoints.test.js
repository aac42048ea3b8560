'use strict'
// Checkpoints that begin by themselves, and what `stats()` tells of them.

const assert = require('node:assert/strict')
const os = require('node:os')
const test = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')
const binding = require('../../binding.js')
const { open } = require('../..')
const { filesOf, folderFor } = require('../support/folder')
const { openFor, rejected } = require('../support/outcome')

const KIB = 1024
const schema = { note: { text: 'string' }, other: { text: 'string' } }
const text = 'x'.repeat(KIB)
const { ENOSPC } = os.constants.errno

test.beforeEach(() => binding.setLogLimits(16 * KIB, 64 * KIB))
test.afterEach(() => binding.setLogLimits(0, 0))

/** Logs so many KiB and a little more, a batch each. */
const log = async (db, kib) => {
  for (let i = 0; i < kib; i++) await db.create(i % 2 === 0 ? 'note' : 'other', { text })
}

/** Waits until so many checkpoints have ended. */
const ended = async (db, count) => {
  const end = Date.now() + 10_000
  for (;;) {
    const { written, failed } = db.stats().checkpoints
    if (written + failed >= count) return
    assert.ok(Date.now() < end, `${written} written and ${failed} failed, not ${count}`)
    await sleep(5)
  }
}

for (const workers of [0, 2]) {
  test(`one begins when the log has grown enough, and by as much as the snapshots have; ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const db = await open({ path: folder, schema, workers })
    await log(db, 50)
    assert.deepStrictEqual(db.stats().checkpoints, { written: 0, failed: 0 })
    assert.ok(filesOf(folder, '.log').length > 1)
    await log(db, 20)
    await ended(db, 1)
    assert.equal(filesOf(folder, '.arrow').length, 2)
    assert.ok(filesOf(folder, '.log').length <= 2, 'segments that are not needed any more go')
    // Snapshots of 60 KiB are less than the least.
    await log(db, 70)
    await ended(db, 2)
    // Those of 120 KiB are more.
    await log(db, 60)
    assert.equal(db.stats().checkpoints.written, 2)
    await log(db, 60)
    await ended(db, 3)
    await db.checkpoint()
    await db.checkpoint()
    assert.deepStrictEqual(db.stats().checkpoints, { written: 4, failed: 0 }, 'one without anything new writes nothing')
    await db.close()
    const again = await openFor(t, { path: folder, workers })
    assert.equal(again.count('note') + again.count('other'), 260)
    assert.deepStrictEqual([again.stats().recovery.rows, again.stats().checkpoints], [260, { written: 0, failed: 0 }])
  })

  test(`one that fails is told by stats() until a later one succeeds; ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const db = await openFor(t, { path: folder, schema, workers })
    binding.failNextWrite(false, '.arrow', ENOSPC)
    await log(db, 70)
    await ended(db, 1)
    const { failure, ...counts } = db.stats().checkpoints
    assert.deepStrictEqual(counts, { written: 0, failed: 1 })
    assert.deepStrictEqual([failure.code, failure.cause.code], ['ERR_LOG_WRITE', 'ENOSPC'])
    assert.match(failure.message, /the one before stays in force/)
    assert.deepStrictEqual(filesOf(folder, '.arrow'), [])
    // By as much again, and it is tried again.
    await log(db, 70)
    await ended(db, 2)
    assert.deepStrictEqual(db.stats().checkpoints, { written: 1, failed: 1 })
    await log(db, 1)
    binding.failNextWrite(true, '.next', ENOSPC)
    const error = await rejected(db.checkpoint(), 'ERR_LOG_WRITE')
    const told = db.stats().checkpoints
    assert.deepStrictEqual([told.failed, told.failure.message], [2, error.message])
  })
}

test('a store in memory has none', async (t) => {
  const db = await openFor(t, { schema })
  assert.equal('checkpoints' in db.stats(), false)
})
