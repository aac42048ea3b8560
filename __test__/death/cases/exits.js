'use strict'
// The process ends: by `process.exit`, by an exception, by a signal, by itself.

const { forWorkers } = require('../support/for-workers')

const WHERES = ['the tick of the writes', 'the next tick', 'a settle callback']

/** What Node prints about an exception that nobody caught, and nothing behind it. */
const UNCAUGHT = /^\S*uncaught\.js:\d+\n[^]*Error: from the program\n( {4}at .*\n)+\nNode\.js v\S+\n$/

const uncaught = WHERES.map((where) => ({
  name: `uncaught exception with 100,000 writes in flight, in ${where}`,
  program: 'uncaught.js',
  options: { where },
  expect: { code: 1, stderr: UNCAUGHT }
}))

const small = { maxModifySize: 4096 }
const handled = { stdout: 'ready\nend\n' }

const all = [
  { name: 'process.exit in the tick of 100 creates', program: 'exit-in-create-tick.js', options: { writes: 100 }, expect: { code: 7 } },
  { name: 'process.exit in the tick of 200,000', program: 'exit-in-create-tick.js', options: { writes: 200_000 }, expect: { code: 7 } },
  { name: 'process.exit in a settle callback', program: 'exit-in-settle.js', expect: { code: 8 } },
  { name: 'process.exit in an exit listener', program: 'exit-in-listener.js', expect: { code: 9 } },
  { name: 'process.exit in the listener of another', program: 'exit-in-listener.js', options: { early: true }, expect: { code: 9 } },
  { name: 'process.exit while a close is pending', program: 'exit-while-closing.js', expect: { code: 6 } },
  { name: 'ends by itself with its own exit code', program: 'exits-by-itself.js', expect: { code: 4 } },
  { name: 'ends by itself, through a small ring', program: 'exits-by-itself.js', options: small, expect: { code: 4 } },
  ...uncaught,
  { name: 'uncaught exception that the program survives', program: 'uncaught-survived.js' },
  { name: 'SIGTERM, closed by its handler', program: 'sigterm.js', kill: 'SIGTERM', expect: handled },
  { name: 'SIGTERM, closed and exited', program: 'sigterm.js', options: { exit: true, ...small }, kill: 'SIGTERM', expect: handled },
  // Without a handler, a signal is what its sender expects.
  { name: 'SIGTERM without a handler', program: 'sigterm-default.js', kill: 'SIGTERM', expect: { code: null, signal: 'SIGTERM' } }
]

module.exports = [
  ...forWorkers(all.map((one) => ({ ...one, times: 2, short: {} }))),
  { name: 'process.exit beside Workers that write', program: 'exit-beside-workers.js', times: 8, expect: { code: 5 } }
]
