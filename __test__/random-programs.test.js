'use strict'

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { open } = require('..')
const { run } = require('./support/child')
const { ROUNDS, SEED } = require('./support/random')
const { SIZES, WORKERS, sweep } = require('./support/sweep')
const { watchdog } = require('./support/watchdog')

const PROGRAMS = 15 * ROUNDS
const REJECT_PROGRAMS = 10 * ROUNDS
const FALLBACK_PROGRAMS = 4 * ROUNDS

watchdog(120 + 60 * ROUNDS)

for (const workers of WORKERS) {
  for (const maxModifySize of SIZES) {
    test(`random programs, ${workers} workers, maxModifySize ${maxModifySize}`, async () => {
      await sweep(open, { workers, maxModifySize }, PROGRAMS)
    })
  }
}

for (const workers of WORKERS) {
  for (const maxModifySize of [4096, 8192]) {
    test(`the same programs, refused where there is no room, ${workers} workers, ${maxModifySize}`, async () => {
      await sweep(open, { workers, maxModifySize, onFull: 'reject' }, REJECT_PROGRAMS)
    })
  }

  test(`the same programs without code generation, ${workers} workers`, async () => {
    const { code, signal, stdout, stderr } = await run(`
      const assert = require('node:assert/strict')
      const { SIZES, sweep } = require(${JSON.stringify(path.join(__dirname, 'support', 'sweep.js'))})
      assert.throws(() => new Function('return 1'), EvalError)
      const main = async () => {
        for (const maxModifySize of SIZES) {
          await sweep(open, { workers: ${workers}, maxModifySize }, ${FALLBACK_PROGRAMS})
        }
        console.log('all programs agree')
      }
      main()
    `, {
      flags: ['--disallow-code-generation-from-strings'],
      env: { MILLRACE_SEED: String(SEED) },
      seconds: 60 + 30 * ROUNDS
    })
    assert.deepStrictEqual({ code, signal, stdout, stderr },
      { code: 0, signal: null, stdout: 'all programs agree\n', stderr: '' })
  })
}
