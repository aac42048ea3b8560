'use strict'
const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { availableParallelism, tmpdir } = require('node:os')
const { join } = require('node:path')
const { Linger, MOST_BYTES, TURNS } = require('../lib/linger.js')

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Batches in flight, and how often a turn looked whether there are some. */
class Flight {
  looks = 0
  batches = 1
  bytes = 1000
  ended = 0

  get size() {
    this.looks++
    return this.batches
  }
}

test('while a batch is in flight the event loop turns a few times, and one chain of turns is enough', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.begin()
  linger.begin()
  for (let i = 1; i <= 3 * TURNS; i++) {
    await turn()
    assert.equal(flight.looks, Math.min(i, TURNS))
  }
})

test('writes that are made meanwhile do not keep it turning, unless a batch has ended', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.begin()
  for (let i = 1; i < TURNS; i++) {
    await turn()
    linger.begin()
  }
  flight.ended++
  linger.begin()
  for (let i = 0; i < 3 * TURNS; i++) {
    await turn()
    if (i < TURNS - 1) linger.begin()
  }
  assert.equal(flight.looks, TURNS - 1 + TURNS)
})

test('the turns end with the last batch', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  linger.begin()
  await turn()
  flight.batches = 0
  for (let i = 0; i < TURNS; i++) await turn()
  assert.equal(flight.looks, 2)
  linger.begin()
  await turn()
  assert.equal(flight.looks, 3)
})

test('nothing, or what is not applied soon, is not lingered for', async () => {
  const flight = new Flight()
  const linger = new Linger(flight)
  for (const bytes of [0, MOST_BYTES + 1]) {
    flight.bytes = bytes
    linger.begin()
    for (let i = 0; i < TURNS; i++) await turn()
  }
  assert.equal(flight.looks, 0)
  flight.bytes = MOST_BYTES
  linger.begin()
  await turn()
  assert.equal(flight.looks, 1)
})

/**
 * How many immediates a process makes while a record settles.
 * @param {import('..').Options<any>} options
 * @param {string} [write] source
 */
function immediatesOf(options, write = `await db.create('a', { x: 1 })`) {
  const program = `
    const { createHook } = require('node:async_hooks')
    const { open } = require(${JSON.stringify(join(__dirname, '..'))})
    async function main() {
      const db = await open({ ...${JSON.stringify(options)}, schema: { a: { x: 'uint8' } } })
      let count = 0
      const hook = createHook({ init: (_id, type) => { if (type === 'Immediate') count++ } }).enable()
      ${write}
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
  for (const write of [undefined, `db.create('a', { x: 1 }); await db.drain()`]) {
    const count = immediatesOf({ workers: 1 }, write)
    if (availableParallelism() > 1) assert.ok(count >= 1 && count <= TURNS, `${count} turns`)
    else assert.equal(count, 0)
  }
  assert.equal(immediatesOf({ workers: 0 }), 0)
  assert.equal(immediatesOf({ workers: 1, path }), 0)
})
