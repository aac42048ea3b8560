'use strict'
// Something fails: a worker, an allocation, a write.

const { forWorkers } = require('../support/for-workers')

const small = { maxModifySize: 65536 }

/** What Node prints about a rejection that nobody handled: the error of the write. */
const unhandled = (code) => new RegExp(`^[^]*MillraceError: [^]*code: '${code}'[^]*\\nNode\\.js v\\S+\\n$`)

const UNAWAITED = [
  ['delete', 'ERR_NOT_FOUND'], ['modify', 'ERR_NOT_FOUND'], ['create', 'ERR_MISSING_FIELD'], ['createMany', 'ERR_MISSING_FIELD']
].flatMap(([write, code]) => [
  {
    name: `un-awaited ${write} that fails ends the process`,
    program: 'unawaited-failure.js',
    options: { write },
    expect: { code: 1, stderr: unhandled(code) },
    short: write === 'delete' && {}
  },
  {
    name: `un-awaited ${write} that fails is an unhandledRejection`,
    program: 'unawaited-failure.js',
    options: { write, listen: true },
    expect: { stdout: `end\n${code}\n` },
    short: write === 'createMany' && {}
  }
])

module.exports = [
  ...forWorkers([
    { name: 'panic, then close', program: 'panic.js', short: false },
    { name: 'panic in a small ring, then close', program: 'panic.js', options: small, short: {} },
    { name: 'panic, then the end without close', program: 'panic.js', options: { ...small, leave: 'return' }, short: {} },
    { name: 'panic, then process.exit', program: 'panic.js', options: { leave: 'exit' }, short: false },
    { name: 'panic while a create waits', program: 'panic-while-waiting.js', options: { rounds: 30 }, short: { rounds: 4 } },
    { name: 'panic while a close is pending', program: 'panic-then-close.js', options: { rounds: 9 }, short: { rounds: 3 } },
    { name: 'out of memory in apply', program: 'out-of-memory.js', options: { rounds: 12 }, short: { rounds: 3 } },
    { name: 'awaited writes that fail are no unhandledRejection', program: 'awaited-failures.js', short: {} },
    ...UNAWAITED
  ]),
  // Room for Node itself and for some buffers of 1 GiB, on each version.
  { name: 'no memory for a modify buffer', program: 'no-memory-to-open.js', memory: 12_000_000, only: 'linux' },
  // Each worker asks for a stack of 1 GiB, so that the system soon starts no more.
  {
    name: 'no threads for workers',
    program: 'no-threads-to-open.js',
    memory: 12_000_000,
    env: { RUST_MIN_STACK: String(2 ** 30) },
    only: 'linux'
  }
]
