'use strict'
// A program that survives an uncaught exception sees every one of its 100,000 writes in flight settle.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, schema } = require('../support/program')

main(async () => {
  const db = await open({ schema, workers: options.workers })
  const caught = new Promise((resolve) => process.once('uncaughtException', resolve))
  const writes = await new Promise((resolve) => setImmediate(() => {
    resolve(createMixed(db, 100_000))
    throw new Error('from the program')
  }))
  assert.equal((await caught).message, 'from the program')
  await Promise.all(writes)
  await db.close()
})
