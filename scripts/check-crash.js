'use strict'
// Kills processes that write to a durable store, at random instants, and checks what the store holds then.
//   node scripts/check-crash.js [--rounds 300] [--seed 1]
const path = require('node:path')
const { parseArgs } = require('node:util')

// By a computed path: tests are not type-checked, and so stay out of what `tsc` follows from here.
const { Crash } = require(path.join(__dirname, '..', '__test__', 'durable', 'support', 'crash.js'))

/** Rounds between two lines of progress. */
const A_LINE = 50

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '300' }, seed: { type: 'string' } } })
const rounds = Number(values.rounds)
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed)

async function main() {
  console.log(`seed ${seed}`)
  const crash = new Crash(seed)
  const show = () => Object.entries(crash.counts).map(([name, count]) => `${count} ${name}`).join(', ')
  let passed = 0
  try {
    for (; passed < rounds; passed++) {
      await crash.run(passed)
      if ((passed + 1) % A_LINE === 0) console.log(`${passed + 1} rounds: ${show()}`)
    }
    crash.remove()
  } catch (error) {
    console.log(`FAIL  round ${passed} of seed ${seed}; the store is in ${crash.path}\n${/** @type {Error} */ (error).stack}`)
    process.exitCode = 1
  }
  console.log(`${passed} passed, ${passed < rounds ? 1 : 0} failed`)
}

main()
