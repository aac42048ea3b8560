'use strict'
// The process ends: by `process.exit`, by an exception, by a signal, by itself.

const WORKERS = [0, 1, 3]
const WHERES = ['the tick of the writes', 'the next tick', 'a settle callback']

/** What Node prints about an exception that nobody caught, and nothing behind it. */
const UNCAUGHT = /^\S*uncaught\.js:\d+\n[^]*Error: from the program\n( {4}at .*\n)+\nNode\.js v\S+\n$/

const forWorkers = (workers) => [
  { name: 'process.exit in the tick of a create', program: 'exit-in-create-tick.js', options: { writes: 100 }, expect: { code: 7 } },
  { name: 'process.exit in the tick of 200,000 creates', program: 'exit-in-create-tick.js', options: { writes: 200_000 }, expect: { code: 7 } },
  { name: 'process.exit in a settle callback', program: 'exit-in-settle.js', expect: { code: 8 } },
  { name: 'process.exit in an exit listener', program: 'exit-in-listener.js', expect: { code: 9 } },
  { name: 'process.exit in an exit listener after process.exit', program: 'exit-in-listener.js', options: { early: true }, expect: { code: 9 } },
  { name: 'process.exit while a close is pending', program: 'exit-while-closing.js', expect: { code: 6 } },
  { name: 'ends by itself with its own exit code', program: 'exits-by-itself.js', expect: { code: 4 } },
  { name: 'ends by itself, through a small ring', program: 'exits-by-itself.js', options: { maxModifySize: 4096 }, expect: { code: 4 } },
  ...WHERES.map((where) => ({
    name: `uncaught exception with 100,000 writes in flight, in ${where}`, program: 'uncaught.js', options: { where }, expect: { code: 1, stderr: UNCAUGHT }
  })),
  { name: 'uncaught exception that the program survives', program: 'uncaught-survived.js' },
  { name: 'SIGTERM with a handler that closes', program: 'sigterm.js', kill: 'SIGTERM', expect: { stdout: 'ready\nend\n' } },
  {
    name: 'SIGTERM with a handler that closes, with a small ring',
    program: 'sigterm.js',
    options: { maxModifySize: 4096, exit: true },
    kill: 'SIGTERM',
    expect: { stdout: 'ready\nend\n' }
  },
  // Without a handler, a signal is what its sender expects.
  { name: 'SIGTERM without a handler', program: 'sigterm-default.js', kill: 'SIGTERM', expect: { code: null, signal: 'SIGTERM' } }
].map((one) => ({ ...one, name: `${one.name}, ${workers} workers`, options: { workers, ...one.options }, times: workers === 0 ? 1 : 2, short: workers === 3 ? {} : false }))

module.exports = [
  ...WORKERS.flatMap(forWorkers),
  { name: 'process.exit beside Workers that write', program: 'exit-beside-workers.js', times: 8, expect: { code: 5 } }
]
