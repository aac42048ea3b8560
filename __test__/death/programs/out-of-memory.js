'use strict'
// Memory runs out while workers apply, through the addon's door for that: the store is poisoned, no write fails by
// itself, the process lives, `close` works, and another store goes on.

const assert = require('node:assert/strict')
const binding = require('../../../binding.js')
const { open } = require('../../..')
const { createMixed, main, options, record, schema } = require('../support/program')
const { Poisoning, checkPoisoned } = require('../support/poison')

main(async () => {
  for (let round = 0; round < options.rounds; round++) {
    const intact = await open({ schema, workers: options.workers })
    await Promise.all(createMixed(intact, 400))
    const db = await open({ schema, workers: options.workers, maxModifySize: 65536 })
    const before = await Promise.all(createMixed(db, 40 * round))
    binding.failNextAllocation()
    const poisoning = new Poisoning(/out of memory/)
    const writes = createMixed(db, 8000)
    poisoning.add(round % 2 ? [...writes, db.drain()] : writes)
    await poisoning.end()
    for (const [i, { status, value }] of (await Promise.allSettled(writes)).entries()) {
      if (status === 'fulfilled') assert.equal(value, (before.length + i >> 2) + 1)
    }
    await checkPoisoned([db.create('note', record.note), db.drain()], /out of memory/)
    assert.deepEqual(db.stats().inFlight, { batches: 0, bytes: 0 })
    await db.close()
    assert.equal(await intact.create('note', record.note), 101)
    await intact.close()
  }
})
