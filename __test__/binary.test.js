'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor } = require('./support/outcome')

const schema = { thing: { before: 'string', it: 'binary', after: 'string' } }
const LENGTH = 100
const original = () => Uint8Array.from({ length: LENGTH }, (_, i) => i + 1)
const record = (it) => ({ before: 'before', it, after: 'after' })

// What becomes of the bytes in the tick of the write is no business of the store's.
const CHANGES = {
  'are overwritten': () => {
    const it = original()
    return { it, change: () => it.fill(0) }
  },
  'are detached': () => {
    const it = original()
    return { it, change: () => structuredClone(it.buffer, { transfer: [it.buffer] }) }
  },
  'shrink': () => {
    const buffer = new ArrayBuffer(LENGTH, { maxByteLength: 2 * LENGTH })
    const it = new Uint8Array(buffer)
    it.set(original())
    return { it, change: () => buffer.resize(3) }
  },
  'grow': () => {
    const buffer = new ArrayBuffer(LENGTH, { maxByteLength: 2 * LENGTH })
    const it = new Uint8Array(buffer)
    it.set(original())
    return { it, change: () => buffer.resize(2 * LENGTH) }
  }
}

for (const workers of [0, 1]) {
  for (const [title, make] of Object.entries(CHANGES)) {
    test(`bytes that ${title} after the call are stored as they were, ${workers} workers`, async (t) => {
      const db = await openFor(t, { schema, workers })
      await db.create('thing', record(new Uint8Array(1)))
      const writes = [
        (it) => db.create('thing', record(it)),
        (it) => db.createMany('thing', [record(it)]).then(([id]) => id),
        (it) => db.modify('thing', 1, { it })
      ].map((write) => {
        const { it, change } = make()
        const promise = write(it)
        change()
        return promise
      })
      const expected = record(original())
      for (const id of await Promise.all(writes)) assert.deepStrictEqual(db.get('thing', id), { id, ...expected })
    })
  }

  test(`a subclass that lies about its length is stored as it is, ${workers} workers`, async (t) => {
    class Short extends Uint8Array {
      get length () { return 1 }
      get byteLength () { return 1 }
    }
    class Long extends Uint8Array {
      get length () { return 100_000 }
      get byteLength () { return 100_000 }
    }
    const db = await openFor(t, { schema, workers })
    await db.create('thing', record(new Uint8Array(1)))
    for (const Lying of [Short, Long]) {
      const it = new Lying(original().buffer)
      const ids = await Promise.all([db.create('thing', record(it)), db.modify('thing', 1, { it })])
      ids.push(...await db.createMany('thing', [record(it), record(it)]))
      for (const id of ids) assert.deepStrictEqual(db.get('thing', id), { id, ...record(original()) })
    }
  })
}

test('bytes are copied on their way out', async (t) => {
  const db = await openFor(t, { schema })
  const id = await db.create('thing', record(original()))
  db.get('thing', id).it.fill(7)
  const [scanned] = db.scan('thing')
  scanned.it.fill(8)
  assert.deepStrictEqual(db.get('thing', id).it, original())
  assert.equal(Object.getPrototypeOf(scanned.it), Uint8Array.prototype)
  assert.equal(scanned.it.buffer.byteLength, LENGTH, 'nothing else is reachable from it')
})
