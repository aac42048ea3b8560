'use strict'
// The system starts only so many threads: sooner or later `open` rejects, the threads that it had started end, and what
// is open already goes on.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { main, record, schema } = require('../support/program')
const { returnTo, snapshot } = require('../support/resources')

const openMany = async (dbs, before) => {
  for (;;) {
    dbs.push(await open({ schema, workers: 3, maxModifySize: 4096 }))
    before.push(snapshot())
  }
}

main(async () => {
  const dbs = []
  const snapshots = [snapshot()]
  await assert.rejects(openMany(dbs, snapshots), { code: 'ERR_INVALID_ARGUMENT', message: /3 workers can't be opened/ })
  assert.ok(dbs.length > 0)
  await returnTo(snapshots.at(-1))
  for (const db of dbs) assert.equal(await db.create('note', record.note), 1)
  await Promise.all(dbs.map((db) => db.close()))
  await returnTo(snapshots[0])
  await (await open({ schema, workers: 3 })).close()
})
