'use strict'
// The addon is loaded only in Workers, which end in the given way, round after round, `atOnce` of them at a time. No
// thread and no file descriptor of theirs is left.

const { endOne } = require('../support/end-one')
const { main, options } = require('../support/program')
const { returnTo, snapshot } = require('../support/resources')

const { modes, rounds, atOnce } = options

main(async () => {
  const before = snapshot()
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => endOne(modes[(round + i) % modes.length], (round + i) % 5)))
  }
  await returnTo(before)
})
