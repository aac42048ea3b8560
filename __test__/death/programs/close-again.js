'use strict'
// `close` twice, while another close is pending, in a settle callback, and every call afterwards.

const assert = require('node:assert/strict')
const { create, drain, modify, open } = require('../../..')
const { createMixed, main, options, record, schema } = require('../support/program')

const checkClosed = async (db) => {
  assert.equal(db.closed, true)
  for (const write of [
    () => db.create('note', record.note), () => db.createMany('note', [record.note]), () => db.createMany('note', []),
    () => db.modify('note', 1, { n: 2 }), () => db.delete('note', 1), () => db.drain(),
    () => create(db, 'note', record.note), () => modify(db, 'note', 1, { n: 2 }), () => drain(db)
  ]) {
    await assert.rejects(write(), { code: 'ERR_CLOSED' })
  }
  for (const read of [
    () => db.get('note', 1), () => db.has('note', 1), () => db.count('note'), () => db.scan('note'), () => db.stats()
  ]) {
    assert.throws(read, { code: 'ERR_CLOSED' })
  }
}

main(async () => {
  for (let round = 0; round < options.rounds; round++) {
    const db = await open({ schema, workers: options.workers, maxModifySize: 65536 })
    const writes = createMixed(db, 3000)
    const scan = db.scan('note')
    const inCallback = writes[5].then(() => db.close())
    const drained = db.drain()
    const first = db.close()
    const second = db.close()
    await checkClosed(db)
    assert.throws(() => scan.next(), { code: 'ERR_CLOSED' })
    assert.deepEqual(await Promise.all([first, second, inCallback, drained, db[Symbol.asyncDispose]()]), Array(5).fill(undefined))
    await Promise.all(writes)
    await checkClosed(db)
    assert.equal(await db.close(), undefined)
  }
})
