'use strict'

const assert = require('node:assert/strict')
const os = require('node:os')
const test = require('node:test')
const { open } = require('..')
const { openFor, outcome, rejected, thrown } = require('./support/outcome')
const { checkIdle } = require('./support/state')
const { watchdog } = require('./support/watchdog')

const schema = { user: { name: 'string', age: 'uint32' }, event: { text: 'string' } }
const user = { name: 'Ann', age: 1 }

watchdog(180)

const checkClosed = async (db) => {
  assert.equal(db.closed, true)
  for (const promise of [
    db.create('user', user), db.createMany('user', [user]), db.createMany('user', []), db.modify('user', 1, { age: 2 }),
    db.delete('user', 1), db.drain()
  ]) {
    await rejected(promise, 'ERR_CLOSED')
  }
}

const checkReadsClosed = (db) => {
  for (const read of [
    () => db.get('user', 1), () => db.has('user', 1), () => db.count('user'), () => db.scan('user')
  ]) {
    thrown(read, 'ERR_CLOSED')
  }
}

for (const workers of [0, 1, 2, 4]) {
  test(`close drains and settles everything, ${workers} workers`, async () => {
    const db = await open({ schema, workers, maxModifySize: 65536 })
    assert.equal(db.closed, false)
    const writes = []
    for (let i = 0; i < 1500; i++) {
      writes.push(outcome(db.create('user', user)), outcome(db.create('event', { text: 'x' })))
    }
    const missing = outcome(db.delete('user', 5000))
    const many = outcome(db.createMany('event', [{ text: 'y' }, { text: 'z' }]))
    const closing = db.close()
    assert.equal(await closing, undefined)
    const settled = await Promise.all(writes)
    settled.forEach(({ value }, i) => assert.equal(value, Math.floor(i / 2) + 1))
    assert.deepStrictEqual(await missing, { code: 'ERR_NOT_FOUND' })
    assert.deepStrictEqual(await many, { value: [1501, 1502] })
  })

  test(`writes are settled when close resolves, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    let settled = 0
    const count = () => { settled++ }
    for (let i = 0; i < 500; i++) db.create('user', user).then(count)
    db.delete('user', 9999).catch(count)
    await db.close()
    // A reaction that was registered before runs no later than one that follows now.
    await Promise.resolve()
    assert.equal(settled, 501)
  })

  test(`every call after close, and while it is pending, is ERR_CLOSED, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    const before = db.create('user', user)
    const closing = db.close()
    await checkClosed(db)
    assert.equal(await closing, undefined)
    assert.equal(await before, 1)
    await checkClosed(db)
    checkReadsClosed(db)
  })

  test(`close is idempotent, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    const write = db.create('user', user)
    const closes = await Promise.all([db.close(), db.close(), db[Symbol.asyncDispose]()])
    assert.deepStrictEqual(closes, [undefined, undefined, undefined])
    assert.equal(await write, 1)
    assert.equal(await db.close(), undefined)
    assert.equal(await db[Symbol.asyncDispose](), undefined)
  })

  test(`Symbol.asyncDispose closes, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    const write = db.create('user', user)
    assert.equal(await db[Symbol.asyncDispose](), undefined)
    assert.equal(await write, 1)
    await checkClosed(db)
    checkReadsClosed(db)
  })

  test(`a store that was never written to closes, ${workers} workers`, async () => {
    const db = await open({ schema, workers })
    assert.equal(await db.close(), undefined)
    assert.equal(db.closed, true)
  })

  test(`drain resolves with nothing written, and although a write failed, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    assert.equal(await db.drain(), undefined)
    const failing = rejected(db.delete('user', 1), 'ERR_NOT_FOUND')
    const good = db.create('user', user)
    assert.equal(await db.drain(), undefined)
    assert.equal(db.count('user'), 1)
    await failing
    assert.equal(await good, 1)
    assert.deepStrictEqual(await Promise.all([db.drain(), db.drain(), db.drain()]), [undefined, undefined, undefined])
  })

  test(`drain waits for all that was written before it, in many batches, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: 8192 })
    const seen = []
    for (let round = 1; round <= 20; round++) {
      for (let i = 0; i < 25; i++) {
        db.create('user', user)
        db.create('event', { text: 'x'.repeat(30) })
      }
      seen.push(db.drain().then(() => {
        const counts = [db.count('user'), db.count('event')]
        for (const count of counts) assert.ok(count >= round * 25, `${counts} after drain ${round}`)
      }))
    }
    await Promise.all(seen)
    assert.equal(db.count('user'), 500)
  })

  test(`stats has its shape and counts, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: 65536 })
    const fresh = db.stats()
    assert.deepStrictEqual(fresh, {
      maxModifySize: 65536,
      ctx: { start: 0, pos: 0, end: 65536 },
      inFlight: { batches: 0, bytes: 0 },
      batches: 0,
      operations: 0,
      stalls: 0,
      workers: fresh.workers
    })
    assert.equal(fresh.workers.length, workers)
    for (const worker of fresh.workers) {
      assert.deepStrictEqual(Object.keys(worker).sort(), ['batches', 'operations', 'pos', 'processing', 'remaining'])
      assert.deepStrictEqual(worker.processing, [])
      assert.equal(worker.remaining, 0)
      assert.equal(worker.batches + worker.operations, 0)
      assert.equal(typeof worker.pos, 'number')
    }
    for (let tick = 0; tick < 10; tick++) {
      const writes = [db.create('user', user), db.create('event', { text: 'x' }), db.modify('user', 1, { age: tick })]
      await Promise.all(writes)
    }
    await db.delete('user', 2)
    await db.drain()
    const { batches, operations, workers: each } = db.stats()
    assert.equal(operations, 31)
    assert.equal(batches, 11)
    if (workers > 0) assert.equal(each.reduce((sum, worker) => sum + worker.operations, 0), 31)
    checkIdle(db)
  })
}

test('stats shows what is in flight, and the worker that has it', async (t) => {
  const db = await openFor(t, { schema, workers: 1 })
  const writes = []
  for (let i = 0; i < 20_000; i++) writes.push(db.create('user', user))
  const drained = db.drain()
  const { inFlight, workers: [worker] } = db.stats()
  // The worker may be done with all of it by now, but bytes are of some batch.
  if (inFlight.bytes > 0) assert.ok(inFlight.batches > 0)
  assert.ok(inFlight.batches >= 0 && inFlight.bytes >= 0 && worker.remaining >= 0)
  for (const type of worker.processing) assert.equal(type, 'user')
  await drained
  await Promise.all(writes)
  checkIdle(db)
  assert.equal(db.stats().operations, 20_000)
})

test('workers are 1 to 4 by default, one less than the machine has', async (t) => {
  const db = await openFor(t, { schema })
  assert.equal(db.stats().workers.length, Math.min(4, Math.max(1, os.availableParallelism() - 1)))
})

test('many stores open at once are apart from each other', async () => {
  const options = (i) => ({ schema, workers: i % 3, maxModifySize: 65536 })
  const dbs = await Promise.all(Array.from({ length: 20 }, (_, i) => open(options(i))))
  const records = (i) => Array(i + 1).fill({ name: `db ${i}`, age: i })
  await Promise.all(dbs.map((db, i) => db.createMany('user', records(i))))
  dbs.forEach((db, i) => {
    assert.equal(db.count('user'), i + 1)
    assert.ok([...db.scan('user')].every((row) => row.name === `db ${i}`))
  })
  await Promise.all(dbs.filter((_, i) => i % 2).map((db) => db.close()))
  for (const [i, db] of dbs.entries()) {
    if (i % 2) await checkClosed(db)
    else assert.equal(await db.create('user', user), i + 2)
  }
  await Promise.all(dbs.map((db) => db.close()))
})

test('100 times open, write and close', async () => {
  for (let i = 0; i < 100; i++) {
    const db = await open({ schema, workers: i % 3, maxModifySize: 4096 << (i % 4) })
    const write = db.create('user', { name: `round ${i}`, age: i })
    await db.close()
    assert.equal(await write, 1)
  }
})
