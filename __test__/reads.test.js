'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { setImmediate: immediate } = require('node:timers/promises')
const { openFor, thrown } = require('./support/outcome')

const schema = { user: { name: 'string', age: 'uint32' }, empty: { a: 'uint8' } }
const user = (i) => ({ name: `user ${i}`, age: i })
const users = (count) => Array.from({ length: count }, (_, i) => user(i + 1))
const ids = (iterator) => [...iterator].map((row) => row.id)

// Ids 1 to 10 without 4, 5 and 10.
const openTen = async (t, workers = 1) => {
  const db = await openFor(t, { schema, workers })
  await db.createMany('user', users(10))
  await Promise.all([4, 5, 10].map((id) => db.delete('user', id)))
  return db
}

for (const workers of [0, 1, 2]) {
  test(`get, has and count, ${workers} workers`, async (t) => {
    const db = await openTen(t, workers)
    assert.equal(db.count('user'), 7)
    assert.equal(db.count('empty'), 0)
    for (const id of [1, 2, 3, 6, 7, 8, 9]) {
      assert.equal(db.has('user', id), true)
      assert.deepStrictEqual(db.get('user', id), { id, ...user(id) })
      assert.equal(db.has('empty', id), false)
    }
    for (const id of [0, 4, 5, 10, 11, 4096, 2 ** 31, 2 ** 32 - 1]) {
      assert.equal(db.has('user', id), false, `has ${id}`)
      assert.equal(db.get('user', id), undefined, `get ${id}`)
    }
  })

  test(`after await, reads see the write, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    for (let i = 1; i <= 200; i++) {
      const id = await db.create('user', user(i))
      assert.equal(id, i)
      assert.deepStrictEqual(db.get('user', id), { id, ...user(i) })
      await db.modify('user', id, { age: i + 1 })
      assert.equal(db.get('user', id).age, i + 1)
      if (i % 2) {
        await db.delete('user', id)
        assert.equal(db.has('user', id), false)
      }
      assert.equal(db.count('user'), Math.floor(i / 2))
    }
  })

  test(`after await drain(), reads see every write, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    for (let tick = 1; tick <= 20; tick++) {
      for (let i = 1; i <= 100; i++) db.create('user', user(i))
      await db.drain()
      assert.equal(db.count('user'), tick * 100)
      assert.equal(ids(db.scan('user')).length, tick * 100)
    }
  })
}

test('ids are not reused after a delete, also of the newest', async (t) => {
  const db = await openTen(t)
  assert.equal(await db.create('user', user(11)), 11)
  await db.delete('user', 11)
  assert.equal(await db.create('user', user(12)), 12)
  assert.deepStrictEqual(ids(db.scan('user')), [1, 2, 3, 6, 7, 8, 9, 12])
})

const LIVE = [1, 2, 3, 6, 7, 8, 9]
const SCANS = [
  [undefined, LIVE],
  [{}, LIVE],
  [{ from: undefined, to: undefined, limit: undefined, reverse: undefined }, LIVE],
  [{ reverse: false }, LIVE],
  [{ reverse: true }, LIVE.toReversed()],
  [{ from: 0 }, LIVE],
  [{ from: 1 }, LIVE],
  [{ from: 3 }, [3, 6, 7, 8, 9]],
  [{ from: 4 }, [6, 7, 8, 9]],
  [{ from: 9 }, [9]],
  [{ from: 10 }, []],
  [{ from: 11 }, []],
  [{ from: 2 ** 32 - 1 }, []],
  [{ to: 0 }, []],
  [{ to: 1 }, []],
  [{ to: 2 }, [1]],
  [{ to: 6 }, [1, 2, 3]],
  [{ to: 7 }, [1, 2, 3, 6]],
  [{ to: 2 ** 32 - 1 }, LIVE],
  [{ from: 3, to: 8 }, [3, 6, 7]],
  [{ from: 3, to: 3 }, []],
  [{ from: 3, to: 4 }, [3]],
  [{ from: 8, to: 3 }, []],
  [{ from: 4, to: 6 }, []],
  [{ limit: 0 }, []],
  [{ limit: 1 }, [1]],
  [{ limit: 4 }, [1, 2, 3, 6]],
  [{ limit: 7 }, LIVE],
  [{ limit: 1000 }, LIVE],
  [{ from: 3, limit: 2 }, [3, 6]],
  [{ from: 3, to: 8, limit: 100 }, [3, 6, 7]],
  [{ from: 3, to: 8, reverse: true }, [7, 6, 3]],
  [{ from: 3, reverse: true }, [9, 8, 7, 6, 3]],
  [{ to: 7, reverse: true }, [6, 3, 2, 1]],
  [{ limit: 2, reverse: true }, [9, 8]],
  [{ to: 8, limit: 2, reverse: true }, [7, 6]],
  [{ from: 7, limit: 5, reverse: true }, [9, 8, 7]]
]

for (const [options, expected] of SCANS) {
  test(`scan with ${JSON.stringify(options)} gives ${expected.join(' ')}`, async (t) => {
    const db = await openTen(t)
    assert.deepStrictEqual([...db.scan('user', options)], expected.map((id) => ({ id, ...user(id) })))
    assert.deepStrictEqual([...db.scan('empty', options)], [])
  })
}

const WRONG_SCANS = [
  ...[-1, 1.5, NaN, '1', 1n, {}].flatMap((v) => [{ from: v }, { to: v }]),
  ...[-1, 1.5, NaN, '1', 1n, {}].map((limit) => ({ limit })), { reverse: 'yes' }, { reverse: 1 }, 5, 'user'
]

for (const options of WRONG_SCANS) {
  const [[name, value]] = Object.entries(Object(options)).concat([['', options]])
  test(`ERR_INVALID_ARGUMENT: scan with ${name} ${String(value)}`, async (t) => {
    const db = await openTen(t)
    const error = thrown(() => db.scan('user', options), 'ERR_INVALID_ARGUMENT')
    if (name.length > 1) assert.ok(error.message.includes(name), error.message)
  })
}

test('a scan is an iterator that is its own iterable, and ends once', async (t) => {
  const db = await openTen(t)
  const scan = db.scan('user', { limit: 2 })
  assert.equal(scan[Symbol.iterator](), scan)
  assert.deepStrictEqual(scan.next(), { done: false, value: { id: 1, ...user(1) } })
  assert.equal(scan.next().value.id, 2)
  assert.deepStrictEqual(scan.next(), { done: true, value: undefined })
  assert.deepStrictEqual(scan.next(), { done: true, value: undefined })
})

test('a scan that is left early is over', async (t) => {
  const db = await openTen(t)
  const scan = db.scan('user')
  for (const row of scan) {
    if (row.id === 2) break
  }
  assert.equal(scan.next().done, true)
  const other = db.scan('user')
  other.next()
  assert.deepStrictEqual(other.return('value'), { done: true, value: 'value' })
  assert.equal(other.next().done, true)
  assert.deepStrictEqual(ids(db.scan('user')), LIVE)
})

for (const reverse of [false, true]) {
  test(`a scan that has begun sees none of what is written afterwards, reverse ${reverse}`, async (t) => {
    const count = 5000
    const db = await openFor(t, { schema, workers: 2 })
    await db.createMany('user', users(count))
    const scan = db.scan('user', { reverse })
    const rows = [scan.next().value]
    const writes = []
    for (let id = 1; id <= count; id++) {
      writes.push(id % 3 ? db.modify('user', id, { name: 'changed', age: 0 }) : db.delete('user', id))
      writes.push(db.create('user', { name: 'new', age: 1 }))
    }
    await Promise.all(writes)
    rows.push(...scan)
    const expected = users(count).map((record, i) => ({ id: i + 1, ...record }))
    assert.deepStrictEqual(rows, reverse ? expected.reverse() : expected)
    const now = [...db.scan('user')]
    assert.equal(now.length, db.count('user'))
    assert.ok(now.every((row) => row.id > count || row.name === 'changed'))
  })
}

test('a snapshot is taken when scan is called, not at the first row', async (t) => {
  const db = await openFor(t, { schema, workers: 1 })
  await db.createMany('user', users(3))
  const scan = db.scan('user')
  const reverse = db.scan('user', { reverse: true })
  await Promise.all([db.modify('user', 1, { age: 99 }), db.delete('user', 2), db.create('user', user(4))])
  assert.deepStrictEqual(ids(db.scan('user')), [1, 3, 4])
  const before = users(3).map((record, i) => ({ id: i + 1, ...record }))
  assert.deepStrictEqual([...scan], before)
  assert.deepStrictEqual([...reverse], before.toReversed())
})

test('several scans at once keep each its own snapshot', async (t) => {
  const db = await openFor(t, { schema, workers: 1 })
  await db.createMany('user', users(300))
  const scans = []
  for (let round = 1; round <= 5; round++) {
    const scan = db.scan('user')
    scans.push({ scan, first: scan.next().value, round })
    await Promise.all(users(300).map((_, i) => db.modify('user', i + 1, { age: 1000 * round })))
  }
  for (const { scan, first, round } of scans.reverse()) {
    const ages = [first, ...scan].map((row) => row.age)
    assert.deepStrictEqual(ages, round === 1 ? users(300).map((r) => r.age) : Array(300).fill(1000 * (round - 1)))
  }
})

// Every row is modified to the next generation, in the same order: at any instant there are at most two generations.
// The ring is so small that workers are in the middle of one while the loop still writes it.
test('scans and gets while writers go on see whole rows of at most two generations', async (t) => {
  const options = { schema: { row: { a: 'int32', text: 'string', b: 'int32' } }, workers: 2, maxModifySize: 8192 }
  const db = await openFor(t, options)
  const count = 1000
  const row = (a) => ({ a, text: `g${a}`.repeat(a % 9), b: 7 - a })
  const isWhole = ({ a, text, b }) => b === 7 - a && text === `g${a}`.repeat(a % 9)
  await db.createMany('row', Array(count).fill(row(0)))
  let mixed = 0
  const check = (generation) => {
    const rows = [...db.scan('row')]
    assert.equal(rows.length, count)
    for (const seen of [...rows, db.get('row', 1 + generation % count)]) assert.ok(isWhole(seen), JSON.stringify(seen))
    const generations = [...new Set(rows.map(({ a }) => a))]
    assert.ok(Math.max(...generations) - Math.min(...generations) <= 1, `${generations} in one snapshot`)
    assert.ok(Math.max(...generations) <= generation)
    if (generations.length > 1) mixed++
  }
  const writes = []
  for (let generation = 1; generation <= 40; generation++) {
    for (let id = 1; id <= count; id++) {
      writes.push(db.modify('row', id, row(generation)))
      if (id % 200 === 100) check(generation)
    }
    check(generation)
    await immediate()
  }
  assert.ok(mixed > 0, 'some snapshots were taken in the middle of a generation')
  await Promise.all(writes)
  check(40)
  assert.equal(db.get('row', count).a, 40)
})

test('many pages: ranges across them', async (t) => {
  const count = 20_000
  const db = await openFor(t, { schema, workers: 2 })
  await db.createMany('user', users(count))
  await Promise.all(users(count).map((_, i) => i % 5 === 0 ? db.delete('user', i + 1) : undefined))
  const live = users(count).map((record, i) => ({ id: i + 1, ...record })).filter(({ id }) => id % 5 !== 1)
  assert.deepStrictEqual([...db.scan('user')], live)
  assert.deepStrictEqual([...db.scan('user', { reverse: true })], live.toReversed())
  for (const [from, to] of [[1023, 1026], [4095, 4098], [8190, 12_290], [19_999, 30_000], [1, count + 1]]) {
    const expected = live.filter(({ id }) => id >= from && id < to)
    assert.deepStrictEqual([...db.scan('user', { from, to })], expected)
    assert.deepStrictEqual([...db.scan('user', { from, to, limit: 3, reverse: true })],
      expected.toReversed().slice(0, 3))
  }
  assert.equal(db.count('user'), live.length)
})
