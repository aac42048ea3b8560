'use strict'
// The process may have only so much memory: sooner or later `open` rejects, and what is open already goes on.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { main, record, schema } = require('../support/program')

const openMany = async (dbs) => {
  for (;;) dbs.push(await open({ schema, workers: 1, maxModifySize: 2 ** 30 }))
}

main(async () => {
  const dbs = []
  await assert.rejects(openMany(dbs), { code: 'ERR_INVALID_ARGUMENT', message: /memory/ })
  for (const db of dbs) assert.equal(await db.create('note', record.note), 1)
  await Promise.all(dbs.map((db) => db.close()))
})
