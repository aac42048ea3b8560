'use strict'
// Several threads have one store, in memory or on the disk, and end: by themselves, by force, by mistake, with the process.

const { ALONE, FORCED } = require('./workers')

const KINDS = { name: 'in memory', path: 'on the disk' }
/** What writes until it is terminated writes as much as the disk takes. */
const MODES = { name: ['ends', 'undrained', 'in flight', 'settling'], path: ['ends', 'undrained', 'settling'] }
const GC = ['--expose-gc']

/** What Node prints about an exception that nobody caught, and nothing behind it. */
const UNCAUGHT = /^\S*exit-of-shared\.js:\d+\n[^]*Error: from the program\n( {4}at .*\n)+\nNode\.js v\S+\n$/
const ENDS = [
  { how: 'exit', name: 'process.exit', expect: { code: 5 } },
  { how: 'throw', name: 'an uncaught exception', expect: { code: 1, stderr: UNCAUGHT } }
]

const forKind = (kind) => {
  const where = `one store ${KINDS[kind]}`
  const cycles = (inWorkers) => ({
    name: `500 times attached and closed beside an open db, ${inWorkers || 'no'} Workers, ${where}: threads, descriptors, memory`,
    program: 'attach-cycles.js',
    flags: GC,
    options: { kind, cycles: 500, inWorkers, mostGrowth: inWorkers ? 32 : 16 },
    short: inWorkers ? { cycles: 50, inWorkers: 2, mostGrowth: 64 } : { cycles: 50, mostGrowth: 64 },
    seconds: 360
  })
  return [
    ...MODES[kind].map((mode) => ({
      name: `addon only in Workers that come and go on ${where}: ${mode}, one by one`,
      program: 'shared-workers.js',
      options: { kind, modes: [mode], rounds: 30, atOnce: 1, keeps: true },
      short: mode === 'settling' && { rounds: 2 },
      seconds: 360
    })),
    {
      name: `addon only in Workers that come and go on ${where}: 8 at once, of every kind, while one writes`,
      program: 'shared-workers.js',
      options: { kind, modes: [...ALONE, ...FORCED], rounds: 8, atOnce: 8, keeps: true },
      short: { rounds: 2 },
      seconds: 480
    },
    {
      name: `addon only in Workers that come and go on ${where}: 8 at once, of every kind, and nobody else`,
      program: 'shared-workers.js',
      options: { kind, modes: [...ALONE, ...FORCED], rounds: 8, atOnce: 8, keeps: false },
      short: { rounds: 1 },
      seconds: 480
    },
    ...ENDS.flatMap(({ how, name, expect }) => [true, false].map((first) => ({
      name: `${name} while 6 Workers have ${where}, which the main thread opened ${first ? 'first' : 'last'}`,
      program: 'exit-of-shared.js',
      options: { kind, how, first },
      expect,
      times: 2,
      seconds: 120,
      short: first && {}
    }))),
    cycles(0),
    cycles(10)
  ]
}

module.exports = Object.keys(KINDS).flatMap(forKind)
