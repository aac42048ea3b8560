'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor, outcome, rejected } = require('./support/outcome')
const { checkIdle } = require('./support/state')
const { watchdog } = require('./support/watchdog')

const schema = {
  text: { it: 'string' },
  bytes: { it: 'binary' },
  user: { name: 'string', age: 'uint32' },
  op: { it: 'string?' }
}
const RING = 4096
// No header of a single record may take more than this of a ring.
const MOST_OVERHEAD = 256

watchdog(240)

const fits = async (promise) => {
  const result = await outcome(promise)
  if (result.code !== undefined) assert.equal(result.code, 'ERR_RECORD_TOO_LARGE')
  return result.code === undefined
}

// The largest size that `write` takes; every size below it fits, every size above it does not.
const findLimit = async (write) => {
  let good = 0
  let bad = RING + 1
  assert.ok(await fits(write(good)), 'the smallest record fits')
  assert.ok(!await fits(write(bad)), 'more than the ring does not fit')
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (await fits(write(middle))) good = middle
    else bad = middle
  }
  return good
}

const WRITES = {
  'create of a string': (db) => (size) => db.create('text', { it: 'x'.repeat(size) }),
  'create of binary': (db) => (size) => db.create('bytes', { it: new Uint8Array(size) }),
  'createMany of one': (db) => (size) => db.createMany('text', [{ it: 'x'.repeat(size) }]),
  'modify of a string': (db) => (size) => db.modify('op', 1, { it: 'x'.repeat(size) })
}

for (const workers of [0, 1, 2]) {
  for (const onFull of ['wait', 'reject']) {
    for (const [title, writer] of Object.entries(WRITES)) {
      test(`one exact limit for a ${title}, onFull ${onFull}, ${workers} workers`, async (t) => {
        const db = await openFor(t, { schema, workers, onFull, maxModifySize: RING })
        await db.create('op', {})
        const write = writer(db)
        const limit = await findLimit(write)
        t.diagnostic(`${limit} of ${RING} bytes`)
        assert.ok(limit >= RING - MOST_OVERHEAD, `${limit} bytes are far from ${RING}`)
        // One boundary, the same again, also when other writes have moved the ctx.
        for (let size = limit - 40; size <= limit + 40; size++) {
          assert.equal(await fits(write(size)), size <= limit, `${size} bytes, after a limit of ${limit}`)
          if (size % 3 === 0) await db.create('user', { name: 'x'.repeat(size % 100), age: 1 })
        }
        assert.equal(await findLimit(write), limit)
        // The ring still works, for the largest too.
        assert.ok(await fits(write(limit)))
        assert.equal(await db.modify('op', 1, { it: null }), 1)
        checkIdle(db)
      })
    }
  }

  test(`the limit is one of bytes, not of characters, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: RING })
    const limitOf = (unit) => findLimit((size) => db.create('text', { it: unit.repeat(size) }))
    const ascii = await limitOf('x')
    assert.equal(await limitOf('é'), Math.floor(ascii / 2))
    assert.equal(await limitOf('語'), Math.floor(ascii / 3))
    assert.equal(await limitOf('😀'), Math.floor(ascii / 4))
    assert.equal(await limitOf('\ud83d'), Math.floor(ascii / 3), 'a lone surrogate is U+FFFD')
    const id = await db.create('text', { it: '語'.repeat(Math.floor(ascii / 3)) })
    assert.equal(db.get('text', id).it, '語'.repeat(Math.floor(ascii / 3)))
  })
}

test('the limit follows the size of the ring', async (t) => {
  for (const maxModifySize of [4096, 8192, 65536, 2 ** 20]) {
    const db = await openFor(t, { schema, workers: 1, maxModifySize })
    await db.create('text', { it: 'x'.repeat(maxModifySize - MOST_OVERHEAD) })
    await rejected(db.create('text', { it: 'x'.repeat(maxModifySize) }), 'ERR_RECORD_TOO_LARGE')
    await rejected(db.create('text', { it: 'x'.repeat(maxModifySize * 3) }), 'ERR_RECORD_TOO_LARGE')
    assert.equal(db.get('text', 1).it.length, maxModifySize - MOST_OVERHEAD)
  }
})

for (const workers of [0, 1, 2, 4]) {
  for (const maxModifySize of [4096, 65536]) {
    test(`a loop of 200,000 creates into ${maxModifySize} bytes settles all, ${workers} workers`, async (t) => {
      const db = await openFor(t, { schema, workers, maxModifySize })
      const count = 200_000
      const promises = []
      for (let i = 1; i <= count; i++) promises.push(db.create('user', { name: `user ${i}`, age: i }))
      const ids = await Promise.all(promises)
      assert.ok(ids.every((id, i) => id === i + 1), 'ids in call order')
      assert.equal(db.count('user'), count)
      for (let i = 1; i <= count; i += 997) {
        assert.deepStrictEqual(db.get('user', i), { id: i, name: `user ${i}`, age: i })
      }
      assert.equal(typeof db.stats().stalls, 'number')
      await db.drain()
      checkIdle(db)
    })
  }

  test(`a loop of creates, modifies and deletes of two types into 4 KiB, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: RING })
    const count = 10_000
    const promises = []
    for (let i = 1; i <= count; i++) {
      promises.push(db.create('user', { name: `user ${i}`, age: i }), db.create('op', {}))
      promises.push(db.modify('user', i, { name: `changed ${i}` }), db.modify('op', i, { it: `it ${i}` }))
      if (i % 2) promises.push(db.delete('user', i))
    }
    await Promise.all(promises)
    assert.equal(db.count('user'), count / 2)
    assert.deepStrictEqual([...db.scan('user', { limit: 1 })], [{ id: 2, name: 'changed 2', age: 2 }])
    for (const row of db.scan('op')) assert.equal(row.it, `it ${row.id}`)
  })

  test(`createMany larger than the ring spans batches, onFull wait, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: RING })
    const records = Array.from({ length: 5000 }, (_, i) => ({ name: `user ${i}`.repeat(1 + i % 9), age: i }))
    const before = db.create('user', { name: 'before', age: 0 })
    const many = db.createMany('user', records)
    const after = db.create('user', { name: 'after', age: 0 })
    const ids = await many
    assert.deepStrictEqual(ids, records.map((_, i) => i + 2))
    assert.deepStrictEqual(await Promise.all([before, after]), [1, 5002])
    assert.deepStrictEqual([...db.scan('user', { from: 2, to: 5002 })],
      records.map((record, i) => ({ id: i + 2, ...record })))
  })

  test(`createMany larger than the ring writes nothing, onFull reject, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, onFull: 'reject', maxModifySize: RING })
    const records = Array.from({ length: 5000 }, (_, i) => ({ name: `user ${i}`, age: i }))
    await rejected(db.createMany('user', records), 'ERR_MODIFY_BUFFER_FULL')
    await db.drain()
    assert.equal(db.count('user'), 0)
    checkIdle(db)
    assert.deepStrictEqual(await db.createMany('user', records.slice(0, 20)), records.slice(0, 20).map((_, i) => i + 1))
  })

  test(`onFull reject: what finds room is written, the rest is refused, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, onFull: 'reject', maxModifySize: RING })
    // Each takes nearly all of the ring: the next one finds room only if a worker is done with it at once.
    const text = (i) => `${i} `.padEnd(RING - MOST_OVERHEAD, 'x')
    const results = []
    for (let i = 0; i < 2000; i++) results.push(outcome(db.create('text', { it: text(i) })))
    const written = []
    for (const [i, { value, code }] of (await Promise.all(results)).entries()) {
      if (code === undefined) written.push({ id: value, it: text(i) })
      else assert.equal(code, 'ERR_MODIFY_BUFFER_FULL')
    }
    t.diagnostic(`${written.length} of 2000 were written`)
    // On the calling thread a run is applied when it is handed over, so that there is always room.
    if (workers === 0) assert.equal(written.length, 2000)
    else assert.ok(written.length >= 1 && written.length < 2000, `${written.length} were written`)
    assert.deepStrictEqual(written.map(({ id }) => id), written.map((_, i) => i + 1), 'a refused write takes no id')
    assert.deepStrictEqual([...db.scan('text')], written)
    await db.drain()
    checkIdle(db)
    assert.equal(await db.create('text', { it: 'x'.repeat(RING - MOST_OVERHEAD) }), written.length + 1)
  })
}

test('onFull reject: the error names the type, and modify and delete are refused the same way', async (t) => {
  const db = await openFor(t, { schema, workers: 1, onFull: 'reject', maxModifySize: RING })
  await db.create('op', {})
  const settled = (promise) => promise.catch((error) => error)
  const modifies = Array.from({ length: 2000 }, () => settled(db.modify('op', 1, { it: 'x'.repeat(3500) })))
  const deletes = Array.from({ length: 5000 }, () => settled(db.delete('op', 2)))
  const refused = (await Promise.all(modifies)).filter((result) => result !== 1)
  assert.ok(refused.length > 0)
  for (const { code, type } of refused) {
    assert.deepStrictEqual({ code, type }, { code: 'ERR_MODIFY_BUFFER_FULL', type: 'op' })
  }
  for (const { code } of await Promise.all(deletes)) {
    assert.ok(['ERR_MODIFY_BUFFER_FULL', 'ERR_NOT_FOUND'].includes(code), code)
  }
  await db.drain()
  checkIdle(db)
  assert.equal(db.get('op', 1).it.length, 3500)
})

test('a tick of large records that is larger than the ring', async (t) => {
  const db = await openFor(t, { schema, workers: 2, maxModifySize: 4 * 2 ** 20 })
  const text = (i) => `${i} `.padEnd(2 ** 20, i % 2 ? 'x' : '語').slice(0, 2 ** (i % 21))
  const texts = Array.from({ length: 42 }, (_, i) => text(i))
  const ids = texts.map((it) => db.create('text', { it }))
  const copies = ids.map((_, i) => db.create('bytes', { it: Buffer.from(texts[i]) }))
  await Promise.all([...ids, ...copies])
  for (const [i, it] of texts.entries()) {
    assert.ok(db.get('text', i + 1).it === it, `text ${i}`)
    assert.ok(Buffer.from(db.get('bytes', i + 1).it).equals(Buffer.from(it)), `bytes ${i}`)
  }
  await db.drain()
  checkIdle(db)
})

test('a long loop is handed over before its tick ends', async (t) => {
  const db = await openFor(t, { schema, workers: 1 })
  const writes = []
  for (let i = 0; i < 100_000; i++) writes.push(db.create('user', { name: `user ${i}`, age: i }))
  const { batches, operations, stalls } = db.stats()
  assert.ok(batches > 1, `${batches} batches`)
  assert.ok(operations > 50_000, `${operations} of 100,000 writes were handed over`)
  assert.equal(stalls, 0)
  await Promise.all(writes)
  assert.equal(db.count('user'), 100_000)
})

test('stalls counts the writes that found no room', async (t) => {
  const roomy = await openFor(t, { schema, workers: 1 })
  await Promise.all(Array.from({ length: 1000 }, () => roomy.create('user', { name: 'x', age: 1 })))
  assert.equal(roomy.stats().stalls, 0)
  const tight = await openFor(t, { schema, workers: 1, maxModifySize: RING })
  for (let i = 0; i < 2000; i++) tight.create('text', { it: 'x'.repeat(1500) })
  assert.ok(tight.stats().stalls > 0)
  await tight.drain()
})

test('a long synchronous loop is handed over while it writes, sooner when nothing is in flight', async (t) => {
  const db = await openFor(t, { schema: { row: { it: 'float64' } }, workers: 1 })
  let rows = 0
  for (; db.stats().batches === 0; rows++) db.create('row', { it: rows })
  const { bytes } = db.stats().inFlight
  assert.ok(bytes > 48 * 1024 && bytes < 72 * 1024, `${bytes} bytes were handed over first`)
  for (; rows < 22_000; rows++) db.create('row', { it: rows })
  assert.equal(db.stats().batches, 1, 'the second run is longer')
  await db.drain()
  assert.equal(db.count('row'), 22_000)
})
