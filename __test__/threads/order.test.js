'use strict'
// Several threads write the same types at once: each thread's writes apply in call order, and between the threads' whole
// operations only.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { openFor } = require('../support/outcome')
const { ROUNDS, SEED } = require('../support/random')
const { watchdog } = require('../support/watchdog')
const { newFlag } = require('./support/flag')
const { KINDS, placeFor } = require('./support/place')
const { threadsFor } = require('./support/thread')

const TYPES = Array.from({ length: 4 }, (_, i) => `type${i}`)
const schema = Object.fromEntries(TYPES.map((type) => [type, { owner: 'uint32', n: 'uint32', text: 'string?' }]))
const THREADS = 4
const SIZES = [4096, 65536, undefined]
const RANDOM = path.join(__dirname, '..', 'support', 'random.js')

watchdog(240 + 60 * ROUNDS)

/**
 * In a thread: writes records of its own to types that the others write as well, against a map of what they must become.
 * Gives for each type the rows as they must be.
 */
const writeInOrder = async ({ open, require }, options, types, owner, seed, paths) => {
  const assert = require('node:assert/strict')
  const { Random } = require(paths.random)
  const random = new Random(seed)
  const db = await open(options)
  const rows = new Map(types.map((type) => [type, new Map()]))
  const ids = new Map(types.map((type) => [type, []]))
  const checks = []
  const expect = (promise, id, isThere) => checks.push(promise.then(
    (value) => assert.ok(isThere && value === id, `${value} of ${id}`),
    (error) => assert.ok(!isThere && error.code === 'ERR_NOT_FOUND', error.stack)
  ))
  let n = 0
  for (let tick = 0; tick < 30; tick++) {
    const created = []
    for (let i = random.below(60); i > 0; i--) {
      const type = random.pick(types)
      const row = { owner, n: ++n, ...(random.chance(0.5) && { text: 'x'.repeat(random.below(90)) }) }
      created.push(db.create(type, row).then((id) => {
        rows.get(type).set(id, { id, ...row })
        ids.get(type).push(id)
      }))
    }
    for (let i = random.below(400); i > 0; i--) {
      const type = random.pick(types)
      // Few of them, so that one record is written again and again, also within a tick.
      const id = ids.get(type)[random.below(Math.min(40, ids.get(type).length))]
      if (id === undefined) continue
      const row = rows.get(type).get(id)
      if (random.chance(0.03)) {
        expect(db.delete(type, id), id, row !== undefined)
        rows.get(type).delete(id)
      } else {
        const text = random.pick([undefined, null, 'y'.repeat(random.below(90))])
        expect(db.modify(type, id, { n: ++n, text }), id, row !== undefined)
        if (row === undefined) continue
        row.n = n
        if (text === null) delete row.text
        else if (text !== undefined) row.text = text
      }
    }
    if (random.chance(0.7)) await Promise.all(created)
    if (random.chance(0.2)) db.drain()
  }
  await Promise.all(checks)
  await db.drain()
  const all = types.map((type) => [...rows.get(type).values()].sort((a, b) => a.id - b.id))
  types.forEach((type, i) => assert.deepEqual([...db.scan(type)].filter((row) => row.owner === owner), all[i]))
  return all
}

for (const kind of KINDS) {
  for (const maxModifySize of SIZES) {
    test(`each thread's writes to types that all write apply in call order, by ${kind}, maxModifySize ${maxModifySize}`, async (t) => {
      t.diagnostic(`MILLRACE_SEED=${SEED}`)
      const place = placeFor(t, kind)
      const db = await openFor(t, { ...place, schema, workers: 1 })
      for (let round = 0; round < ROUNDS; round++) {
        const threads = threadsFor(t, THREADS)
        const before = TYPES.map((type) => [...db.scan(type)])
        const all = await Promise.all(threads.map((thread, i) => {
          const owner = round * THREADS + i
          return thread.run(writeInOrder, { ...place, maxModifySize, workers: 1 + i % 2 }, TYPES, owner, SEED + owner, { random: RANDOM })
        }))
        await Promise.all(threads.map((thread) => thread.run(({ db }) => db?.close())))
        for (const [i, type] of TYPES.entries()) {
          const expected = [...before[i], ...all.flatMap((rows) => rows[i])].sort((a, b) => a.id - b.id)
          assert.deepEqual([...db.scan(type)], expected)
        }
      }
    })
  }
}

for (const maxModifySize of SIZES) {
  test(`no row is torn between threads that write all of it, maxModifySize ${maxModifySize}`, async (t) => {
    const place = placeFor(t, 'name')
    const sums = { sum: { n: 'uint32', square: 'float64', text: 'string', odd: 'string?' } }
    const db = await openFor(t, { ...place, schema: sums })
    const RECORDS = 30
    await db.createMany('sum', Array.from({ length: RECORDS }, () => ({ n: 0, square: 0, text: '' })))
    const done = newFlag()
    const [reader, ...threads] = threadsFor(t, 5)
    const write = async ({ open }, options, records, first) => {
      const db = await open(options)
      const row = (n) => ({ n, square: n * n, text: String(n).repeat(n % 50), odd: n % 2 ? String(n).repeat(n % 50) : null })
      let mine = 0
      for (let tick = 0; tick < 40; tick++) {
        for (let i = 0; i < 250; i++) db.modify('sum', 1 + (i * 7 + tick) % records, row(first + tick * 250 + i))
        db.create('sum', row(first + tick))
        mine++
        if (tick % 5 === 0) await db.drain()
        else await new Promise(setImmediate)
      }
      await db.close()
      return mine
    }
    const read = async ({ open }, options, records, done) => {
      const db = await open(options)
      const check = (row) => {
        const { n, square, text, odd } = row
        const isWhole = square === n * n && text === String(n).repeat(n % 50) && odd === (n % 2 ? text : undefined)
        if (!isWhole) throw new Error(`torn: ${JSON.stringify(row)}`)
      }
      let isLast
      do {
        isLast = Atomics.load(done, 0) === 1
        for (let id = 1; id <= records; id++) check(db.get('sum', id))
        for (const row of db.scan('sum')) check(row)
        await new Promise(setImmediate)
      } while (!isLast)
      return db.count('sum')
    }
    const reading = reader.run(read, place, RECORDS, done)
    const created = await Promise.all(threads.map((thread, i) => thread.run(write, { ...place, maxModifySize }, RECORDS, i * 1_000_000)))
    Atomics.store(done, 0, 1)
    assert.equal(await reading, RECORDS + created.reduce((sum, count) => sum + count))
  })
}

for (const kind of KINDS) {
  test(`a record that one thread created is another's once the create has settled, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const db = await openFor(t, { ...place, schema })
    const threads = threadsFor(t, 3)
    const attach = async (state, place) => { state.db = await state.open({ ...place, maxModifySize: 65536 }) }
    await Promise.all(threads.map((thread) => thread.run(attach, place)))
    const create = ({ db }, count) => Promise.all(Array.from({ length: count }, (_, n) => db.create('type0', { owner: 0, n })))
    const modify = ({ db }, ids, owner) => Promise.all(ids.map((id) => db.modify('type0', id, { owner, text: `of ${owner}` })))
    const remove = ({ db }, ids) => Promise.all(ids.map((id) => db.delete('type0', id)))
    const count = async (round) => {
      const [first, second, third] = [0, 1, 2].map((i) => threads[(round + i) % 3])
      const ids = await first.run(create, 1 + (round * 37) % 300)
      await second.run(modify, ids, 1)
      assert.deepEqual(db.get('type0', ids[0]), { id: ids[0], owner: 1, n: 0, text: 'of 1' })
      await third.run(modify, ids, 2)
      const half = ids.filter((_, i) => i % 2)
      await first.run(remove, half)
      assert.deepEqual(await second.run(({ db }, ids) => ids.map((id) => db.get('type0', id)?.owner), ids), ids.map((_, i) => (i % 2 ? undefined : 2)))
      return ids.length - half.length
    }
    let left = 0
    for (let round = 0; round < 20; round++) left += await count(round)
    assert.equal(db.count('type0'), left)
  })
}

test('promises of a batch settle in call order in every thread', async (t) => {
  const place = placeFor(t, 'name')
  await openFor(t, { ...place, schema })
  const write = async ({ open }, place, types) => {
    const db = await open(place)
    await db.create('type0', { owner: 0, n: 0 })
    for (let tick = 0; tick < 60; tick++) {
      const settled = []
      const writes = Array.from({ length: 200 }, (_, i) => {
        const type = types[(i * i) % types.length]
        const promise = i % 9 === 0 ? db.delete(type, 4_000_000_000) : db.create(type, { owner: 1, n: i })
        return promise.then(() => settled.push(i), () => settled.push(i))
      })
      await Promise.all(writes)
      if (settled.some((i, at) => i !== at)) throw new Error(`${settled}`)
    }
  }
  await Promise.all(threadsFor(t, THREADS).map((thread) => thread.run(write, place, TYPES)))
})
