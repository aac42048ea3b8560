'use strict'
// `createMany` around the size of the ring: with `onFull: 'reject'` all of its room comes first, or nothing is written;
// with 'wait' it may span many batches.

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor, outcome, rejected } = require('../support/outcome')
const { checkIdle } = require('../support/state')
const { watchdog } = require('../support/watchdog')

const schema = { text: { it: 'string' } }

watchdog(180)

const records = (count, bytes) => Array.from({ length: count }, (_, i) => ({ it: `${i} `.padEnd(bytes, 'x') }))

/** The most bytes that each of `count` records may have for one frame of all to fill the ring. */
const mostOfEach = (count, size) => Math.floor((size - 24) / count) - 4

for (const workers of [0, 1, 3]) {
  for (const maxModifySize of [4096, 65536, 2 ** 20]) {
    const title = `${maxModifySize} bytes, ${workers} workers`

    test(`createMany that fills the ring, and one that exceeds it, onFull reject, ${title}`, async (t) => {
      const db = await openFor(t, { schema, workers, maxModifySize, onFull: 'reject' })
      let created = 0
      for (const count of [1, 2, 10, 100]) {
        const most = mostOfEach(count, maxModifySize)
        const ids = await db.createMany('text', records(count, most))
        assert.deepEqual(ids, Array.from({ length: count }, (_, i) => created + i + 1))
        created += count
        const code = count === 1 ? 'ERR_RECORD_TOO_LARGE' : 'ERR_MODIFY_BUFFER_FULL'
        await rejected(db.createMany('text', records(count, most + 8)), code)
        assert.equal(db.count('text'), created)
        checkIdle(db)
      }
      assert.equal(db.stats().stalls, 3, 'as many found no room; the record that never fits is none of them')
      assert.equal(await db.create('text', { it: 'next' }), created + 1)
    })

    test(`createMany calls that find the ring full are refused whole, ${title}`, async (t) => {
      const db = await openFor(t, { schema, workers, maxModifySize, onFull: 'reject' })
      const many = records(2, mostOfEach(2, maxModifySize))
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome(db.createMany('text', many))))
      const written = outcomes.filter(({ code }) => code === undefined)
      for (const { code } of outcomes) if (code !== undefined) assert.equal(code, 'ERR_MODIFY_BUFFER_FULL')
      written.forEach(({ value }, i) => assert.deepEqual(value, [2 * i + 1, 2 * i + 2]))
      assert.equal(db.count('text'), 2 * written.length)
      assert.equal(db.stats().stalls, outcomes.length - written.length)
      await db.drain()
      checkIdle(db)
    })

    test(`createMany of five times the ring waits, ${title}`, async (t) => {
      const db = await openFor(t, { schema, workers, maxModifySize, onFull: 'wait' })
      for (const bytes of [1, 100, maxModifySize >> 3, maxModifySize - 28]) {
        const many = records(Math.min(100_000, Math.ceil(5 * maxModifySize / bytes)), bytes)
        const first = db.count('text') + 1
        const ids = await db.createMany('text', many)
        assert.deepEqual(ids, many.map((_, i) => first + i))
        assert.deepEqual([...db.scan('text', { from: first })], many.map(({ it }, i) => ({ id: first + i, it })))
        checkIdle(db)
      }
    })
  }
}
