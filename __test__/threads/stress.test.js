'use strict'
// A short form of `npm run check:threads`.

const test = require('node:test')
const binding = require('../../binding.js')
const { ROUNDS, SEED } = require('../support/random')
const { watchdog } = require('../support/watchdog')
const { Lives } = require('./support/lives')
const { KINDS, placeFor } = require('./support/place')

watchdog(240 + 120 * ROUNDS)

for (const kind of KINDS) {
  test(`eight threads and types that come and go: the store holds what each was told, by ${kind}`, async (t) => {
    t.diagnostic(`MILLRACE_SEED=${SEED}`)
    // Small enough that checkpoints are made and segments removed meanwhile.
    binding.setLogLimits(30_000, 100_000)
    t.after(() => binding.setLogLimits(0, 0))
    const lives = new Lives(placeFor(t, kind), SEED)
    await lives.run(3 * ROUNDS)
    t.diagnostic(JSON.stringify(lives.counts))
  })
}
