'use strict'
// Ends by itself with handles that were dropped or are still held, none of them closed or collected.

const { open } = require('../../..')
const { createMixed, main, options, schema } = require('../support/program')

const held = []

main(async () => {
  for (let i = 0; i < 20; i++) {
    const db = await open({ schema, workers: options.workers })
    createMixed(db, 1000)
    if (i % 2) held.push(db)
  }
})
