'use strict'
// Every way to die, in short: each case once or for a few rounds, on the Node that runs the tests. All of it, on every
// Node, is `npm run check:death`.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const cases = require('./cases')
const { runCase } = require('./support/run-case')

test('every way to die', { concurrency: 2 }, async (t) => {
  const subtests = cases.filter(({ short }) => short !== false).map((one) => t.test(one.name, async () => {
    const { wrong, stdout, stderr } = await runCase(one, { ...one.options, ...one.short })
    assert.equal(wrong, undefined, `${wrong}\nstdout: ${stdout}\nstderr: ${stderr}`)
  }))
  await Promise.all(subtests)
})
