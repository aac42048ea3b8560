'use strict'
// A worker panics while a `create` waits for room in native code: the wait ends, and the create rejects.

const { main, options, schema } = require('../support/program')
const { checkPoisoned, openBreakable } = require('../support/poison')

main(async () => {
  for (let round = 0; round < options.rounds; round++) {
    const { db, panicNext } = await openBreakable({ schema, workers: options.workers, maxModifySize: 4096 })
    const bytes = new Uint8Array(3000)
    // The ring holds one of these, so nearly every one waits; the panic comes after some of them were applied.
    const before = Array.from({ length: round % 4 }, () => db.create('blob', { bytes }))
    await Promise.all(before)
    panicNext()
    const writes = []
    for (let i = 0; i < 200; i++) writes.push(db.create('blob', { bytes }), db.createMany('blob', [{ bytes }, { bytes }]))
    await checkPoisoned(writes)
    await db.close()
  }
})
