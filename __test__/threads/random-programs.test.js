'use strict'
// Random programs in several threads at once on one store: every outcome and every read as the oracle has it.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { run } = require('../support/child')
const { ROUNDS, SEED } = require('../support/random')
const { watchdog } = require('../support/watchdog')
const { KINDS, placeFor } = require('./support/place')
const { sweepTogether } = require('./support/programs')
const { threadsFor } = require('./support/thread')

const PROGRAMS = 4 * ROUNDS
const FALLBACK_PROGRAMS = 2 * ROUNDS

watchdog(240 + 120 * ROUNDS)

for (const kind of KINDS) {
  for (const threads of [2, 4]) {
    for (const [maxModifySize, onFull] of [[4096, 'wait'], [8192, 'reject'], [65536, 'wait'], [undefined, 'wait']]) {
      test(`random programs in ${threads} threads, by ${kind}, maxModifySize ${maxModifySize}, onFull ${onFull}`, async (t) => {
        const options = { ...placeFor(t, kind), maxModifySize, onFull }
        assert.deepEqual(await sweepTogether(threadsFor(t, threads), options, PROGRAMS), [true])
      })
    }
  }
}

test('the same programs without code generation', async () => {
  const { code, signal, stdout, stderr } = await run(`
    const { sweepTogether } = require(${JSON.stringify(path.join(__dirname, 'support', 'programs.js'))})
    const { Thread } = require(${JSON.stringify(path.join(__dirname, 'support', 'thread.js'))})
    const main = async () => {
      const threads = Array.from({ length: 3 }, () => new Thread())
      for (const maxModifySize of [4096, undefined]) {
        const generates = await sweepTogether(threads, { name: String(maxModifySize), maxModifySize }, ${FALLBACK_PROGRAMS})
        if (generates.join() !== 'false') throw new Error('code is generated')
      }
      await Promise.all(threads.map((thread) => thread.leave()))
      console.log('all programs agree')
    }
    main()
  `, { flags: ['--disallow-code-generation-from-strings'], env: { MILLRACE_SEED: String(SEED) }, seconds: 120 + 60 * ROUNDS })
  assert.deepStrictEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: 'all programs agree\n', stderr: '' })
})
