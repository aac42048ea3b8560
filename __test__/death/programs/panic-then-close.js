'use strict'
// A worker panics while a `close` is pending, or is found only by it: the writes reject and `close` resolves.

const assert = require('node:assert/strict')
const { createMixed, main, options, schema } = require('../support/program')
const { Poisoning, openBreakable } = require('../support/poison')

main(async () => {
  for (let round = 0; round < options.rounds; round++) {
    const { db, panicNext } = await openBreakable({ schema, workers: options.workers, maxModifySize: 65536 })
    panicNext()
    const writes = createMixed(db, round % 3 === 0 ? 8 : 8000)
    const drained = round % 2 ? [db.drain()] : []
    const poisoning = new Poisoning()
    poisoning.add([...writes, ...drained])
    const closed = Promise.all([db.close(), db.close()])
    await poisoning.end()
    assert.deepEqual(await closed, [undefined, undefined])
    await assert.rejects(db.drain(), { code: 'ERR_CLOSED' })
  }
})
