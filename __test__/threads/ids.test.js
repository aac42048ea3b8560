'use strict'
// Ids of several dbs on one store: each given once, and none wasted for good.

const assert = require('node:assert/strict')
const test = require('node:test')
const { setImmediate: immediate } = require('node:timers/promises')
const binding = require('../../binding.js')
const { openKnown } = require('../support/addon')
const { openFor, outcome, rejected } = require('../support/outcome')
const { watchdog } = require('../support/watchdog')
const { newFlag, raised } = require('./support/flag')
const { KINDS, placeFor } = require('./support/place')
const { threadsFor } = require('./support/thread')

const schema = { note: { text: 'string', n: 'uint32' }, other: { n: 'uint32' } }
/** Ids of a block, as a rule. */
const BLOCK = 1024
const LAST = 2 ** 32 - 2

watchdog(240)

const note = (n) => ({ text: `note ${n}`, n })
const notes = (from, count) => Array.from({ length: count }, (_, i) => note(from + i))
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const ascending = (ids) => ids.flat().toSorted((a, b) => a - b)
/** Creates `count` notes one by one, without waiting. */
const createAll = (db, from, count) => Promise.all(range(from, from + count - 1).map((n) => db.create('note', note(n))))

for (const kind of KINDS) {
  test(`with one db open they are contiguous, by ${kind}`, async (t) => {
    const db = await openFor(t, { ...placeFor(t, kind), schema })
    assert.deepEqual(await createAll(db, 1, 1500), range(1, 1500))
    assert.deepEqual(await db.createMany('note', notes(1501, 3000)), range(1501, 4500))
    assert.equal(await db.create('note', note(4501)), 4501)
    assert.equal(await db.create('other', { n: 1 }), 1)
    await db.delete('note', 4501)
    assert.equal(await db.create('note', note(4502)), 4502)
    for (const id of [1, 1024, 1025, 4500, 4502]) assert.deepEqual(db.get('note', id), { id, ...note(id) })
  })

  test(`what a db had left of its block is used once it has gone, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const db = await openFor(t, { ...place, schema })
    const ids = [await db.create('note', note(0))]
    for (let round = 1; round <= 4; round++) {
      const guest = await open(t, place)
      ids.push(await createAll(guest, 0, 5 * round), await guest.createMany('note', notes(0, 700 * round)))
      ids.push(await createAll(db, 0, 100))
      await guest.close()
    }
    assert.equal(new Set(ids.flat()).size, ids.flat().length, 'none was given twice')
    const gaps = Math.max(...ids.flat()) - ids.flat().length
    ids.push(await createAll(db, 0, gaps + BLOCK))
    assert.deepEqual(ascending(ids), range(1, ids.flat().length))
    assert.equal(db.count('note'), ids.flat().length)
  })

  test(`threads that create at once are given different ones, and fill each other's gaps, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const db = await openFor(t, { ...place, schema })
    const threads = threadsFor(t, 4)
    const create = async ({ open }, place, owner) => {
      const db = await open({ ...place, maxModifySize: 65536 })
      const given = []
      for (let tick = 0; tick < 60; tick++) {
        const writes = []
        for (let i = 0; i < 20 + 7 * owner; i++) writes.push(db.create('note', { text: `of ${owner}`, n: owner }))
        if (tick % 9 === owner) writes.push(db.createMany('note', Array(900).fill({ text: `many of ${owner}`, n: owner })))
        // What was given and deleted must not come again either.
        const ids = (await Promise.all(writes)).flat()
        given.push(...ids)
        await db.delete('note', ids.at(-1))
      }
      await db.close()
      return given
    }
    const given = await Promise.all(threads.map((thread, owner) => thread.run(create, place, owner)))
    const ids = given.flat()
    assert.equal(new Set(ids).size, ids.length)
    for (const [owner, of] of given.entries()) {
      for (const id of of) if (db.has('note', id)) assert.equal(db.get('note', id).n, owner)
    }
    const gaps = Math.max(...ids) - ids.length
    assert.ok(gaps <= 5 * BLOCK, `${gaps} ids are left out`)
    ids.push(...await createAll(db, 9, gaps + 1))
    assert.deepEqual(ascending(ids), range(1, ids.length))
  })
}

const open = async (t, place, options) => openFor(t, { ...place, ...options })

for (const maxModifySize of [4096, 65536, undefined]) {
  test(`a frame ends where a block does, maxModifySize ${maxModifySize}`, async (t) => {
    const place = placeFor(t, 'name')
    const dbs = [await open(t, place, { schema, maxModifySize }), await open(t, place, { maxModifySize })]
    const told = new Map()
    const wrote = []
    let n = 0
    const write = (db, count) => {
      for (let i = 0; i < count; i++) {
        const number = ++n
        wrote.push(db.create('note', note(number)).then((id) => told.set(id, number)))
      }
    }
    const writeMany = (db, count) => {
      const first = n + 1
      n += count
      wrote.push(db.createMany('note', notes(first, count)).then((ids) => ids.forEach((id, i) => told.set(id, first + i))))
    }
    // Their blocks lie between each other: one goes on behind the other's within a tick, and within a frame.
    for (let round = 0; round < 6; round++) {
      write(dbs[0], BLOCK - 30)
      write(dbs[1], 10)
      write(dbs[0], 60)
      for (let i = 0; i < 40; i++) write(dbs[i % 2], 1 + i % 3)
      writeMany(dbs[round % 2], [1, 1023, 1024, 1025, 2500, 5000][round])
      write(dbs[0], 3)
      write(dbs[1], 1500)
      if (round % 2) await immediate()
    }
    await Promise.all(wrote)
    assert.equal(told.size, n)
    for (const db of dbs) for (const [id, number] of told) assert.deepEqual(db.get('note', id), { id, ...note(number) })
    assert.equal([...dbs[0].scan('note')].length, n)
  })
}

test('an operation on an id that is given later does not reach the record, also where that id is lower', async (t) => {
  const place = placeFor(t, 'name')
  const db = await open(t, place, { schema })
  assert.equal(await db.create('note', note(1)), 1)
  const guest = await open(t, place)
  const third = await open(t, place)
  assert.equal(await guest.create('note', note(1)), BLOCK + 1)
  assert.equal(await third.create('note', note(1)), 2 * BLOCK + 1)
  await guest.close()
  // All in one tick: the rest of this db's block, then what the guest has left behind, then what nobody had.
  const outcomes = []
  const touch = (id) => {
    outcomes.push(outcome(db.modify('note', id, { n: 999_999 })), outcome(db.delete('note', id)))
  }
  const expected = []
  const createOne = (id) => {
    outcomes.push(outcome(db.create('note', note(id))))
    expected.push({ code: 'ERR_NOT_FOUND' }, { code: 'ERR_NOT_FOUND' }, { value: id })
  }
  for (const id of [...range(2, BLOCK), ...range(BLOCK + 2, 2 * BLOCK), ...range(3 * BLOCK + 1, 4 * BLOCK)]) {
    touch(id)
    createOne(id)
  }
  // Here only one operation reaches ahead, and into a block that is not taken yet.
  touch(4 * BLOCK + 3)
  expected.push({ code: 'ERR_NOT_FOUND' }, { code: 'ERR_NOT_FOUND' })
  for (const id of range(4 * BLOCK + 1, 4 * BLOCK + 9)) {
    outcomes.push(outcome(db.create('note', note(id))))
    expected.push({ value: id })
  }
  const next = 4 * BLOCK + 10
  for (let i = 0; i < 3000; i += 500) touch(next + i)
  outcomes.push(outcome(db.createMany('note', notes(next, 3000))))
  expected.push(...Array(12).fill({ code: 'ERR_NOT_FOUND' }), { value: range(next, next + 2999) })
  assert.deepEqual(await Promise.all(outcomes), expected)
  for (const id of [2, BLOCK, BLOCK + 2, 2 * BLOCK, 4 * BLOCK + 3, next, next + 500]) assert.deepEqual(db.get('note', id), { id, ...note(id) })
})

for (const kind of KINDS) {
  for (const [mode, rows, most] of [['idle', 10, 0], ['undrained', 10, 0], ['handed over', 60, 0], ['many', 10, 3000]]) {
    test(`what a terminated thread did not give is given again: ${mode}, by ${kind}`, async (t) => {
      const place = placeFor(t, kind)
      const db = await openFor(t, { ...place, schema })
      await db.create('note', note(0))
      const [thread] = threadsFor(t, 1)
      const flag = newFlag()
      const spin = async ({ open }, place, mode, flag) => {
        const db = await open(place)
        for (let i = 0; i < 10; i++) await db.create('note', { text: 'settled', n: 1 })
        if (mode === 'many') db.createMany('note', Array(3000).fill({ text: 'many', n: 2 }))
        else if (mode !== 'idle') for (let i = 0; i < 50; i++) db.create('note', { text: 'new', n: 2 })
        if (mode === 'handed over') db.drain()
        Atomics.store(flag, 0, 1)
        for (;;);
      }
      thread.run(spin, place, mode, flag).catch(() => {})
      await raised(flag)
      await thread.terminate()
      const there = Array.from(db.scan('note', { from: 2 }), ({ id, text }) => ({ id, text }))
      // Some of the many may have been handed over before their tick ended.
      assert.equal(there.filter(({ text }) => text !== 'many').length, rows)
      const ids = [1, ...there.map(({ id }) => id), ...await createAll(db, 0, 2 * BLOCK)]
      assert.equal(new Set(ids).size, ids.length)
      // `createMany` takes all of its ids at once: where it is cut off, some are left out.
      const left = Math.max(...ids) - ids.length
      assert.ok(left <= most, `${left} ids are left out`)
    })
  }
}

test('a terminated thread had taken a block below the one before: what it did not give is given again', async (t) => {
  const place = placeFor(t, 'name')
  const db = await openFor(t, { ...place, schema })
  const guest = await openFor(t, place)
  await guest.create('note', note(1))
  const [thread] = threadsFor(t, 1)
  const flag = newFlag()
  const run = async ({ open }, place, block, reached, goOn) => {
    const db = await open(place)
    for (let i = 0; i < block; i++) await db.create('note', { text: 'block', n: i })
    Atomics.store(reached, 0, 1)
    while (Atomics.load(goOn, 0) === 0) await new Promise(setImmediate)
    // The guest has gone: this is from its block, and is never handed over.
    db.create('note', { text: 'gone', n: 0 })
    Atomics.store(reached, 0, 2)
    for (;;);
  }
  const goOn = newFlag()
  thread.run(run, place, BLOCK, flag, goOn).catch(() => {})
  await raised(flag)
  await guest.close()
  Atomics.store(goOn, 0, 1)
  while (await raised(flag) < 2) await immediate()
  await thread.terminate()
  assert.deepEqual(await createAll(db, 0, BLOCK - 1), range(2, BLOCK))
})

test('ids that run out while two dbs have blocks', async (t) => {
  const place = placeFor(t, 'name')
  const { db, dbCtx } = await openKnown({ ...place, schema })
  t.after(() => db.close())
  const other = await open(t, place)
  binding.skipIds(dbCtx, 0, LAST - 2999)
  const fill = async (of) => {
    const given = []
    for (;;) {
      const { value, code } = await outcome(of.create('note', note(given.length)))
      if (code !== undefined) return [given, code]
      given.push(value)
    }
  }
  const ids = [await other.create('note', note(0))]
  const tooMany = await rejected(db.createMany('note', notes(0, 3000)), 'ERR_OUT_OF_RANGE')
  assert.equal(tooMany.type, 'note')
  const [given, code] = await fill(db)
  assert.equal(code, 'ERR_OUT_OF_RANGE')
  await rejected(db.createMany('note', [note(1)]), 'ERR_OUT_OF_RANGE')
  ids.push(...given)
  // The other one has some of its block.
  const left = 3000 - ids.length
  assert.ok(left > 0 && left < 2 * BLOCK, `${left}`)
  ids.push(...await other.createMany('note', notes(0, 10)), await other.create('note', note(0)))
  await other.close()
  const [rest, end] = await fill(db)
  assert.equal(end, 'ERR_OUT_OF_RANGE')
  ids.push(...rest)
  assert.deepEqual(ascending(ids), range(LAST - 2999, LAST))
  assert.equal(await db.create('other', { n: 1 }), 1, 'another type')
})
