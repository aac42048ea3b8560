'use strict'
// `close`, and what is left when a handle is gone.

const { forWorkers } = require('../support/for-workers')

const GC = ['--expose-gc']
const small = { maxModifySize: 4096 }

module.exports = [
  ...forWorkers([
    { name: 'close settles all', program: 'close-settles.js', options: { rounds: 60 }, short: { rounds: 5 } },
    { name: 'close settles all, small ring', program: 'close-settles.js', options: { rounds: 60, ...small }, short: { rounds: 5 } },
    { name: 'close again, and every call after it', program: 'close-again.js', options: { rounds: 30 }, short: { rounds: 2 } },
    { name: 'ends with handles neither closed nor collected', program: 'dropped-open.js', flags: GC, short: {} }
  ]),
  {
    name: '500 open/close cycles: threads, descriptors, memory',
    program: 'cycles.js',
    flags: GC,
    options: { cycles: 500, mostGrowth: 16 },
    short: { cycles: 50, mostGrowth: 64 }
  },
  {
    name: '500 open/close cycles with buffers of 1 MiB: threads, descriptors, memory',
    program: 'cycles.js',
    flags: GC,
    options: { cycles: 500, maxModifySize: 2 ** 20, mostGrowth: 24 },
    short: false
  },
  {
    name: '20 handles open at once: threads, descriptors',
    program: 'many-handles.js',
    options: { rounds: 10 },
    short: { rounds: 1 }
  },
  {
    name: 'handles dropped without close and collected: threads, descriptors, memory',
    program: 'dropped.js',
    flags: GC,
    options: { handles: 20, rounds: 20, mostGrowth: 16 },
    short: { handles: 6, rounds: 1 }
  }
]
