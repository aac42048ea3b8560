'use strict'
// Ids at their end: reaching it takes four billion creates, so a type's counter is set forward.

const assert = require('node:assert/strict')
const test = require('node:test')
const binding = require('../binding.js')
const { openKnown } = require('./support/addon')
const { rejected } = require('./support/outcome')

const schema = { note: { text: 'string' }, other: { text: 'string' } }
const LAST = 2 ** 32 - 2

for (const workers of [0, 1]) {
  test(`after the last id a create is refused, and the store goes on, ${workers} workers`, async (t) => {
    const { db, dbCtx } = await openKnown({ schema, workers })
    t.after(() => db.close())
    binding.skipIds(dbCtx, 0, LAST - 2)
    const refused = rejected(db.createMany('note', Array(4).fill({ text: 'too many' })), 'ERR_OUT_OF_RANGE')
    const writes = [
      db.create('note', { text: 'a' }), db.createMany('note', [{ text: 'b' }]), db.create('note', { text: 'c' })
    ]
    for (let i = 0; i < 2; i++) {
      const { type } = await rejected(db.create('note', { text: 'd' }), 'ERR_OUT_OF_RANGE')
      assert.equal(type, 'note')
      await rejected(db.createMany('note', [{ text: 'd' }]), 'ERR_OUT_OF_RANGE')
    }
    await refused
    assert.deepStrictEqual(await Promise.all(writes), [LAST - 2, [LAST - 1], LAST])
    const rows = ['a', 'b', 'c'].map((text, i) => ({ id: LAST - 2 + i, text }))
    assert.deepStrictEqual([...db.scan('note')], rows)
    assert.deepStrictEqual([...db.scan('note', { reverse: true })], rows.toReversed())
    assert.deepStrictEqual([...db.scan('note', { from: LAST })], rows.slice(2))

    assert.equal(await db.modify('note', LAST, { text: 'changed' }), LAST)
    assert.deepStrictEqual(db.get('note', LAST), { id: LAST, text: 'changed' })
    assert.equal(await db.delete('note', LAST), LAST)
    await rejected(db.create('note', { text: 'e' }), 'ERR_OUT_OF_RANGE')
    assert.equal(db.count('note'), 2)
    assert.equal(await db.create('other', { text: 'another type' }), 1)
  })
}
