'use strict'
// The addon is loaded only in Workers (worker_threads), and those end: by themselves, by force, by mistake.

const FORCED = ['undrained', 'in flight', 'settling', 'storm', 'waiting', 'cycling']
const ALONE = ['loads', 'ends', 'exits', 'throws', 'heap full', 'dropped']
const HUNDRED = ['ends', 'undrained', 'in flight', 'settling']

const oneByOne = [...ALONE, ...FORCED].map((mode) => ({
  name: `addon only in a Worker: ${mode}, one by one`,
  program: 'worker-only.js',
  options: { modes: [mode], rounds: HUNDRED.includes(mode) ? 100 : 20, atOnce: 1 },
  short: { rounds: 1 },
  seconds: 120
}))

const cases = [
  ...oneByOne,
  {
    name: 'addon only in Workers: 8 at once, of every kind',
    program: 'worker-only.js',
    options: { modes: [...ALONE, ...FORCED], rounds: 20, atOnce: 8 },
    short: { rounds: 2 },
    seconds: 180
  },
  {
    name: 'stores poisoned in Workers that end or are terminated',
    program: 'panic-in-worker.js',
    options: { rounds: 15 },
    short: { rounds: 3 }
  }
]

module.exports = { ALONE, FORCED, cases }
