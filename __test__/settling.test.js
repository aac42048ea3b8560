'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const binding = require('../binding.js')
const { open } = require('..')
const { openFor } = require('./support/outcome')

const TYPES = Array.from({ length: 8 }, (_, i) => `type${i}`)
const schema = Object.fromEntries(TYPES.map((type) => [type, { n: 'uint32', text: 'string' }]))
const record = (n) => ({ n, text: 'x'.repeat(n % 50) })

// Notes the order in which the promises settle, each by its place in call order.
const recorder = () => {
  const settled = []
  const promises = []
  const add = (promise) => {
    const place = promises.length
    const note = () => { settled.push(place) }
    promises.push(promise.then(note, note))
  }
  return { add, settled, all: () => Promise.all(promises), inOrder: () => promises.map((_, place) => place) }
}

for (const workers of [0, 1, 2, 4]) {
  test(`promises of one batch settle in call order, over all types and methods, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    for (let tick = 0; tick < 30; tick++) {
      const { add, settled, all, inOrder } = recorder()
      for (let i = 0; i < 80; i++) {
        const type = TYPES[(i * 5 + tick) % TYPES.length]
        if (i % 7 === 3) add(db.delete(type, 1_000_000 + i))
        else if (i % 7 === 5) add(db.createMany(type, [record(i), record(i + 1)]))
        else if (i % 3 === 1) add(db.modify(type, tick * 3 + 1, { n: i }))
        else add(db.create(type, record(i)))
      }
      await all()
      assert.deepStrictEqual(settled, inOrder())
    }
  })

  test(`what is refused at the call leaves the order of the batch alone, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    const { add, settled, all } = recorder()
    add(db.create('type0', record(1)))
    add(db.create('type0', { n: -1, text: '' }))
    add(db.modify('type1', 1, record(2)))
    add(db.createMany('type1', [record(3), {}]))
    add(db.create('type1', record(4)))
    await all()
    const inBatch = new Set([0, 2, 4])
    assert.deepStrictEqual(settled.filter((place) => inBatch.has(place)), [...inBatch])
    assert.equal(settled.length, 5)
  })

  test(`a promise settles once, and only after its write can be read, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    const writes = []
    for (let i = 1; i <= 3000; i++) {
      const type = TYPES[i % TYPES.length]
      writes.push(db.create(type, record(i)).then((id) => {
        assert.equal(db.get(type, id)?.n, i, 'settled before it could be read')
        return db.modify(type, id, { n: i + 1 })
      }).then((id) => {
        assert.equal(db.get(type, id).n, i + 1)
        return db.delete(type, id)
      }).then((id) => assert.equal(db.has(type, id), false)))
    }
    await Promise.all(writes)
    for (const type of TYPES) assert.equal(db.count(type), 0)
  })
}

test('an announcement that comes when all is settled already is taken, or it would be the last', async (t) => {
  const { open: original } = binding
  let announced
  const opening = t.mock.method(binding, 'open', (request, memory, onFinished) => {
    announced = onFinished
    return original(request, memory, onFinished)
  })
  const db = await open({ schema: { note: { text: 'string' } }, workers: 1 })
  opening.mock.restore()
  await db.create('note', { text: 'settled' })
  const finished = t.mock.method(binding, 'finished')
  announced()
  assert.equal(finished.mock.callCount(), 1)
  await db.close()
  announced()
  assert.equal(finished.mock.callCount(), 1, 'the handle is gone')
})
