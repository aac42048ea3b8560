'use strict'
// A small file system that fills up in mid-load and is freed again.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const binding = require('../../binding.js')
const { rejected } = require('../support/outcome')
const { watchdog } = require('../support/watchdog')

watchdog(60)

const MIB = 1024 * 1024
const schema = { note: { number: 'uint32', text: 'string' } }
const text = 'x'.repeat(20_000)

/** A file system of 4 MiB with nothing in it; `undefined`, and the test is skipped, where none can be mounted. */
const fileSystemFor = (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-'))
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { encoding: 'utf8' })
  t.after(() => {
    if (status === 0) assert.equal(spawnSync('umount', [folder]).status, 0)
    fs.rmdirSync(folder)
  })
  if (status !== 0) return t.skip(`no file system can be mounted: ${error?.message ?? stderr.trim()}`)
  const filler = path.join(folder, 'filler')
  return {
    path: path.join(folder, 'store'),
    fill: (free) => {
      const { bavail, bsize } = fs.statfsSync(folder)
      fs.writeFileSync(filler, Buffer.alloc(bavail * bsize - free))
    },
    free: () => fs.rmSync(filler)
  }
}

/** Writes batches of three, some on their way at a time, until one is refused; gives the numbers of those that settled. */
const writeUntilFull = async (db) => {
  const settled = []
  const failures = []
  for (let number = 0; failures.length === 0; number += 3) {
    assert.ok(number < 3 * 4 * MIB / text.length, 'the file system is full at some time')
    const batch = [0, 1, 2].map((i) => db.create('note', { number: number + i, text }))
    batch.forEach((write, i) => write.then(() => settled.push(number + i), (error) => failures.push(error)))
    if (number % 2 === 0) await Promise.allSettled(batch)
    else await new Promise((resolve) => setImmediate(resolve))
  }
  await db.drain().catch((error) => failures.push(error))
  return { settled, failures }
}

const numbers = (db) => Array.from(db.scan('note'), (row) => {
  assert.equal(row.text, text)
  return row.number
})

test.beforeEach(() => binding.setLogLimits(256 * 1024, 0))
test.afterEach(() => binding.setLogLimits(0, 0))

for (const workers of [0, 2]) {
  for (const durability of ['os', 'disk']) {
    test(`the log fills the disk: what settled stays, and writing goes on once there is room; ${workers} workers, ${durability}`, async (t) => {
      const disk = fileSystemFor(t)
      if (disk === undefined) return
      let db = await open({ path: disk.path, schema, workers, durability })
      disk.fill(MIB)
      const { settled, failures } = await writeUntilFull(db)
      for (const { code, cause } of failures) assert.deepStrictEqual([code, cause.code], ['ERR_LOG_WRITE', 'ENOSPC'])
      assert.ok(settled.length > 20)
      // Nothing of the batches that failed is visible, and nothing more is written; reads go on.
      assert.deepStrictEqual(numbers(db), settled)
      const { cause } = await rejected(db.delete('note', 1), 'ERR_LOG_WRITE')
      assert.equal(cause.code, 'ENOSPC')
      await rejected(db.checkpoint(), 'ERR_LOG_WRITE')
      assert.equal(db.count('note'), settled.length)
      await db.close()

      disk.free()
      db = await open({ path: disk.path, schema, workers, durability })
      assert.deepStrictEqual(numbers(db), settled)
      assert.equal(await db.create('note', { number: settled.length, text }), settled.length + 1)
      await db.checkpoint()
      await db.close()
      db = await open({ path: disk.path, schema, workers, durability })
      assert.deepStrictEqual(numbers(db), [...settled, settled.length])
      await db.close()
    })
  }
}

test('a checkpoint finds no room: the one before stays in force, and writes go on', async (t) => {
  const disk = fileSystemFor(t)
  if (disk === undefined) return
  let db = await open({ path: disk.path, schema, workers: 1 })
  const create = (from, count) => db.createMany('note', Array.from({ length: count }, (_, i) => ({ number: from + i, text })))
  await create(0, 10)
  await db.checkpoint()
  await create(10, 30)
  disk.fill(300 * 1024)
  const { cause } = await rejected(db.checkpoint(), 'ERR_LOG_WRITE')
  assert.equal(cause.code, 'ENOSPC')
  await create(40, 2)
  await db.close()
  // Also while the disk is as good as full.
  db = await open({ path: disk.path, workers: 1 })
  assert.equal(db.stats().recovery.rows, 10)
  assert.equal(db.count('note'), 42)
  disk.free()
  await db.checkpoint()
  await create(42, 1)
  await db.close()
  db = await open({ path: disk.path, workers: 1 })
  assert.deepStrictEqual(numbers(db), Array.from({ length: 43 }, (_, i) => i))
  assert.equal(db.stats().recovery.rows, 42)
  await db.close()
})
