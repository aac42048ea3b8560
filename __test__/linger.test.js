'use strict'
const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { availableParallelism, tmpdir } = require('node:os')
const { join } = require('node:path')
const { Linger, MOST_BYTES, TURNS } = require('../lib/linger.js')

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Batches in flight, and how often somebody looked. */
class Flight {
  looks = 0
  batches = 1

  get size() {
    this.looks++
    return this.batches
  }
}

test('while a batch is in flight the event loop turns a few times, and one chain of turns is enough', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.after(1000)
  linger.after(1000)
  for (let i = 1; i <= 3 * TURNS; i++) {
    await turn()
    assert.equal(flight.looks, Math.min(i, TURNS))
  }
  linger.after(1000)
  await turn()
  assert.equal(flight.looks, TURNS + 1)
  linger.after(1000)
  for (let i = 0; i < 3 * TURNS; i++) await turn()
  assert.equal(flight.looks, 2 * TURNS + 1)
})

test('the turns end with the batch', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.after(1000)
  await turn()
  flight.batches = 0
  for (let i = 0; i < TURNS; i++) await turn()
  assert.equal(flight.looks, 2)
  linger.after(1000)
  await turn()
  assert.equal(flight.looks, 3)
})

test('a batch that is not applied soon is not lingered for', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.after(MOST_BYTES + 1)
  for (let i = 0; i < TURNS; i++) await turn()
  assert.equal(flight.looks, 0)
  linger.after(MOST_BYTES)
  await turn()
  assert.equal(flight.looks, 1)
})

/**
 * How many immediates a process makes while a record settles.
 * @param {import('..').Options<any>} options
 */
function immediatesOf(options) {
  const program = `
    const { createHook } = require('node:async_hooks')
    const { open } = require(${JSON.stringify(join(__dirname, '..'))})
    async function main() {
      const db = await open({ ...${JSON.stringify(options)}, schema: { a: { x: 'uint8' } } })
      let count = 0
      const hook = createHook({ init: (_id, type) => { if (type === 'Immediate') count++ } }).enable()
      await db.create('a', { x: 1 })
      hook.disable()
      await db.close()
      console.log(count)
    }
    main()`
  return Number(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }))
}

test('only where workers of a store in memory have a CPU does the event loop linger', (t) => {
  const path = mkdtempSync(join(tmpdir(), 'millrace-linger-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const count = immediatesOf({ workers: 1 })
  if (availableParallelism() > 1) assert.ok(count >= 1 && count <= TURNS, `${count} turns`)
  else assert.equal(count, 0)
  assert.equal(immediatesOf({ workers: 0 }), 0)
  assert.equal(immediatesOf({ workers: 1, path }), 0)
})
