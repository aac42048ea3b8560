'use strict'
// A worker panics: everything in flight and after it rejects, nothing before it does, the process lives, `close`
// works, and another store does not notice. With `leave` the program ends without closing, with "exit" by force.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, end, main, options, record, schema, sleep, types } = require('../support/program')
const { Poisoning, checkPoisoned, openBreakable } = require('../support/poison')

const { workers, maxModifySize, leave } = options

const laterWrites = (db) => [
  ...types.map((type) => db.create(type, record[type])), db.createMany('note', []), db.createMany('note', [record.note]),
  db.modify('note', 1, { n: 2 }), db.delete('note', 1), db.drain()
]

main(async () => {
  const intact = await open({ schema, workers })
  const beside = createMixed(intact, 20_000)
  const { db, panicNext } = await openBreakable({ schema, workers, maxModifySize })
  const ids = await Promise.all(createMixed(db, 400))
  assert.deepEqual(ids, ids.map((_, i) => (i >> 2) + 1))
  panicNext()
  const poisoning = new Poisoning()
  for (let tick = 0; tick < 10; tick++) {
    const writes = createMixed(db, 2000)
    writes.push(db.createMany('score', Array(3000).fill(record.score)))
    if (tick % 3 === 0) writes.push(db.drain(), db.modify('note', 1, { n: tick }))
    poisoning.add(writes)
    if (tick % 2 === 0) await sleep(0)
  }
  await poisoning.end()
  await checkPoisoned(laterWrites(db))
  assert.ok(db.count('note') >= 100, 'reads go on')
  assert.deepEqual(db.get('note', 1), { id: 1, ...record.note })
  assert.deepEqual(db.stats().inFlight, { batches: 0, bytes: 0 })
  await Promise.all(beside)
  if (leave === 'exit') {
    end()
    process.exit(0)
  }
  if (leave) return
  assert.equal(await db.close(), undefined)
  await assert.rejects(db.create('note', record.note), { code: 'ERR_CLOSED' })
  assert.equal(await intact.create('note', record.note), 5001)
  await intact.close()
})
