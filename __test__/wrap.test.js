'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { ROUNDS } = require('./support/random')
const { openFor } = require('./support/outcome')
const { checkIdle } = require('./support/state')
const { watchdog } = require('./support/watchdog')

const schema = { text: { it: 'string' }, other: { it: 'string', n: 'uint32' } }
const RING = 4096
const MOST_OVERHEAD = 256

watchdog(120 + 60 * ROUNDS)

// A first run of every length brings the ctx to every position; the runs behind it then meet the end of the ring.
for (const workers of [0, 1, 2]) {
  test(`runs that begin at every position of the ring, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: RING })
    const writes = []
    const write = (type, it) => {
      const record = type === 'text' ? { it } : { it, n: it.length }
      writes.push({ type, record, promise: db.create(type, record) })
      db.drain()
    }
    const check = async () => {
      for (const { type, record, promise } of writes.splice(0)) {
        const id = await promise
        assert.deepStrictEqual(db.get(type, id), { id, ...record })
      }
      await db.drain()
      checkIdle(db)
    }
    const last = RING - MOST_OVERHEAD
    for (let length = 0; length <= last; length++) {
      write('text', 'a'.repeat(length))
      write('other', 'b'.repeat(length % 1500))
      write('text', 'é'.repeat(length % 700))
      if (length % 2) await writes.at(-1).promise
      if (length % 100 === 0) await check()
    }
    await check()
    assert.deepStrictEqual([db.count('text'), db.count('other')], [2 * (last + 1), last + 1])
  })

  test(`two halves and a bit more, in every split, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize: RING })
    for (let first = 0; first <= RING - MOST_OVERHEAD; first += 13) {
      const lengths = [first, RING - MOST_OVERHEAD - first, first, 100, RING - MOST_OVERHEAD]
      const ids = lengths.map((length) => db.create('text', { it: 'c'.repeat(length) }))
      for (const [i, id] of (await Promise.all(ids)).entries()) {
        assert.equal(db.get('text', id).it, 'c'.repeat(lengths[i]), `record ${i} after a first of ${first}`)
      }
    }
    await db.drain()
    checkIdle(db)
  })
}
