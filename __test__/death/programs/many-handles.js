'use strict'
// Has 20 handles open at once, each with work in flight, round after round: while they are open their threads are
// there, and no descriptors; afterwards neither is.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, record, schema } = require('../support/program')
const { linux, returnTo, snapshot } = require('../support/resources')

const WORKERS = [0, 1, 2, 4]
const HANDLES = 20
const THREADS = HANDLES / WORKERS.length * (0 + 1 + 2 + 4)

main(async () => {
  const before = snapshot()
  for (let round = 0; round < options.rounds; round++) {
    const openOne = (_, i) => open({ schema, workers: WORKERS[i % 4], maxModifySize: 2 ** 20 })
    const dbs = await Promise.all(Array.from({ length: HANDLES }, openOne))
    if (linux) assert.deepEqual(snapshot(), { threads: before.threads + THREADS, descriptors: before.descriptors })
    const writes = dbs.map((db, i) => createMixed(db, 400 * (i + 1)))
    // Half of them close with all of that in flight, while the others go on.
    await Promise.all(dbs.map(async (db, i) => {
      if (i % 2) return db.close()
      await Promise.all(writes[i])
      assert.equal(db.count('score'), 100 * (i + 1))
      assert.equal(await db.create('score', record.score), 100 * (i + 1) + 1)
    }))
    await Promise.all(writes.flat())
    await Promise.all(dbs.map((db) => db.close()))
    await returnTo(before)
  }
})
