'use strict'
// A short form of `npm run check:crash`.

const test = require('node:test')
const { ROUNDS, SEED } = require('../support/random')
const { watchdog } = require('../support/watchdog')
const { Crash } = require('./support/crash')

watchdog(60 + 60 * ROUNDS)

test('a store holds what settled, and whole batches of the rest, whenever its process was killed', async (t) => {
  const crash = new Crash(SEED)
  for (let round = 0; round < 15 * ROUNDS; round++) {
    try {
      await crash.run(round)
    } catch (error) {
      error.message = `round ${round} of MILLRACE_SEED=${SEED}, the store is in ${crash.path}: ${error.message}`
      throw error
    }
  }
  t.after(() => crash.remove())
})
