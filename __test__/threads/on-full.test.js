'use strict'
// Rings that are always full, of several dbs on one store: each waits for its own, and all go on.

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor } = require('../support/outcome')
const { watchdog } = require('../support/watchdog')
const { KINDS, placeFor } = require('./support/place')
const { threadsFor } = require('./support/thread')

const schema = { note: { owner: 'uint32', text: 'string' }, other: { owner: 'uint32', text: 'string' } }
const THREADS = 4
const COUNT = 2000

watchdog(240)

/** In a thread: one long tick of creates; gives how many were fulfilled, and the codes of the others. */
const writeTick = async ({ open }, options, owner, count) => {
  const db = await open(options)
  const writes = Array.from({ length: count }, (_, i) => db.create(i % 3 ? 'note' : 'other', { owner, text: 'x'.repeat(i % 700) }))
  const outcomes = await Promise.allSettled(writes)
  const { stalls } = db.stats()
  await db.close()
  const ids = outcomes.filter(({ status }) => status === 'fulfilled').length
  return { ids, codes: outcomes.flatMap(({ reason }) => reason?.code ?? []), stalls }
}

for (const [i, kind] of KINDS.entries()) {
  for (const onFull of ['wait', 'reject']) {
    for (const workers of i === 0 ? [1, 2] : [1]) {
      test(`${THREADS} threads with rings of 4 KiB, onFull ${onFull}, ${workers} workers each, by ${kind}`, async (t) => {
        const place = placeFor(t, kind)
        const db = await openFor(t, { ...place, schema, workers: 1 })
        const results = await Promise.all(threadsFor(t, THREADS).map((thread, owner) => {
          return thread.run(writeTick, { ...place, maxModifySize: 4096, onFull, workers }, owner, COUNT)
        }))
        for (const [owner, { ids, codes, stalls }] of results.entries()) {
          assert.ok(stalls > 0, 'it was full')
          if (onFull === 'wait') assert.equal(ids, COUNT)
          else assert.deepEqual([...new Set(codes)], ['ERR_MODIFY_BUFFER_FULL'])
          const rows = [...db.scan('note'), ...db.scan('other')].filter((row) => row.owner === owner)
          assert.equal(rows.length, ids)
        }
      })
    }
  }
}
