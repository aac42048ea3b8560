'use strict'
// Awaited writes that fail, by themselves and among others that do not, are never unhandled rejections.

const assert = require('node:assert/strict')
const { create, modify, open } = require('../../..')
const { createMixed, main, options, record, schema } = require('../support/program')

process.on('unhandledRejection', (error) => { throw error })

const caught = (promise) => promise.then(assert.fail, (error) => error.code)

main(async () => {
  const db = await open({ schema, workers: options.workers, maxModifySize: 4096 })
  const codes = []
  for (const write of [
    () => db.delete('note', 1), () => db.modify('note', 1, { n: 2 }), () => modify(db, 'note', 1, {}),
    () => db.create('note', {}), () => create(db, 'note', {}), () => db.createMany('note', [{}]),
    () => db.create('note', { text: 'x', n: -1 }), () => db.create('blob', { bytes: new Uint8Array(5000) }),
    () => db.create('none', {})
  ]) {
    try {
      await write()
    } catch (error) {
      codes.push(error.code)
    }
  }
  assert.deepEqual(codes, [
    'ERR_NOT_FOUND', 'ERR_NOT_FOUND', 'ERR_NOT_FOUND', 'ERR_MISSING_FIELD', 'ERR_MISSING_FIELD', 'ERR_MISSING_FIELD',
    'ERR_OUT_OF_RANGE', 'ERR_RECORD_TOO_LARGE', 'ERR_UNKNOWN_TYPE'
  ])
  // Through many batches, with drains beside them that do not fail.
  for (let tick = 0; tick < 50; tick++) {
    const good = createMixed(db, 100)
    const failing = Array.from({ length: 100 }, () => caught(db.delete('note', 1_000_000)))
    await Promise.all([db.drain(), ...good])
    assert.deepEqual(await Promise.all(failing), Array(100).fill('ERR_NOT_FOUND'))
  }
  const last = caught(db.modify('score', 1_000_000, record.score))
  await db.close()
  assert.equal(await last, 'ERR_NOT_FOUND')
})
