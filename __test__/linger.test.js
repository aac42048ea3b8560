'use strict'
const test = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { availableParallelism, tmpdir } = require('node:os')
const { join } = require('node:path')
const { open } = require('..')
const binding = require('../binding.js')
const { canLinger, Linger, MOST_BYTES, TURNS } = require('../lib/linger.js')

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Batches in flight, how often a turn looked for what has ended, and whether workers are to announce it. */
class Flight {
  looks = 0
  size = 1
  bytes = 1000
  ended = 0
  announces = true

  willLook() {
    this.announces = false
  }

  /** @param {boolean} looks */
  settle(looks) {
    if (looks) this.looks++
    this.announces = !looks
  }
}

/** @param {Flight} flight */
const lingerOf = (flight) => new Linger(flight, flight)

test('while a batch is in flight the event loop turns a few times, and one chain of turns is enough', async () => {
  const flight = new Flight()
  const linger = lingerOf(flight)
  linger.begin()
  linger.begin()
  for (let i = 1; i <= 3 * TURNS; i++) {
    await turn()
    assert.equal(flight.looks, Math.min(i, TURNS))
    assert.equal(flight.announces, i >= TURNS, 'workers announce again after the last turn')
  }
})

test('it does not look before the event loop has turned', async () => {
  const flight = new Flight()
  lingerOf(flight).begin()
  assert.equal(flight.looks, 0)
  assert.equal(flight.announces, false)
  await turn()
  assert.equal(flight.looks, 1)
})

test('writes that are made meanwhile do not keep it turning, unless a batch has ended', async () => {
  const flight = new Flight()
  const linger = lingerOf(flight)
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
  const linger = lingerOf(flight)
  linger.begin()
  await turn()
  flight.size = 0
  for (let i = 0; i < TURNS; i++) await turn()
  assert.equal(flight.looks, 2)
  assert.equal(flight.announces, true)
  linger.begin()
  await turn()
  assert.equal(flight.looks, 3)
})

test('nothing, or what is not applied soon, is not lingered for', async () => {
  const flight = new Flight()
  const linger = lingerOf(flight)
  for (const bytes of [0, MOST_BYTES + 1]) {
    flight.bytes = bytes
    linger.begin()
    for (let i = 0; i < TURNS; i++) await turn()
  }
  assert.equal(flight.looks, 0)
  assert.equal(flight.announces, true)
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

test('Node\'s own setImmediate is known as such', () => {
  assert.equal(canLinger, availableParallelism() > 1)
})

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

for (const inFlight of [0, 1]) {
  test(`after an exception workers announce again, ${inFlight} in flight`, () => {
    const program = `
      const { Linger } = require(${JSON.stringify(join(__dirname, '..', 'lib', 'linger.js'))})
      const flight = { size: 1, bytes: 1000, ended: 0 }
      let [announces, looks] = [true, 0]
      const linger = new Linger(flight, {
        willLook() { announces = false },
        settle(again) {
          announces = !again
          flight.size = ${inFlight}
          if (again) looks++
          if (again) throw new Error('of a test')
        }
      })
      process.on('uncaughtException', () => {})
      process.on('exit', () => console.log(looks, announces, linger.isTurning))
      linger.begin()`
    const said = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim()
    assert.equal(said, `${inFlight === 0 ? 1 : TURNS} true false`)
  })
}

test('who awaits one write after another lets the event loop turn after every one or two', { skip: !canLinger }, async (t) => {
  const db = await open({ schema: { a: { x: 'uint8' } } })
  t.after(() => db.close())
  for (let i = 0; i < 1000; i++) await db.create('a', { x: 1 })
  for (let round = 0; round < 20; round++) {
    let [turned, writes] = [false, 0]
    setImmediate(() => { turned = true })
    for (; !turned; writes++) await db.create('a', { x: 1 })
    assert.ok(writes <= 2, `${writes} writes`)
  }
})

test('what has finished is found by looks', { skip: !canLinger }, async (t) => {
  const { finished, willLook } = binding
  t.after(() => Object.assign(binding, { finished, willLook }))
  const count = { looks: 0, found: 0, said: 0 }
  binding.finished = (dbCtx, looks) => {
    const entries = finished(dbCtx, looks)
    if (looks) count.looks++
    if (looks && entries > 0) count.found++
    return entries
  }
  binding.willLook = (dbCtx) => {
    count.said++
    willLook(dbCtx)
  }
  const db = await open({ schema: { a: { x: 'uint8' } } })
  t.after(() => db.close())
  for (let i = 0; i < 1000; i++) await db.create('a', { x: 1 })
  assert.ok(count.found > 0, 'looks find something')
  assert.ok(count.looks >= count.found && count.said > 0)
})

/** Programs whose `setImmediate` never calls back. */
const FAKES = {
  'of the module': `require('node:timers').setImmediate = () => ({})`,
  'of the global object too': `require('node:timers').setImmediate = globalThis.setImmediate = () => ({})`,
  'of node:test': `require('node:test').mock.timers.enable(process.version.startsWith('v20') ? ['setImmediate'] : { apis: ['setImmediate'] })`
}
for (const [name, fake] of Object.entries(FAKES)) {
  test(`writes settle where a test has put its own setImmediate in the place of Node's, ${name}`, () => {
    const program = `
      ${fake}
      const { open } = require(${JSON.stringify(join(__dirname, '..'))})
      async function main() {
        const db = await open({ schema: { a: { x: 'string' } } })
        let settled = 0
        // Workers have not applied them when the tick ends.
        for (let i = 0; i < 100; i++) {
          settled += (await Promise.all(Array.from({ length: 100 }, () => db.create('a', { x: '-'.repeat(100) })))).length
        }
        await db.close()
        const { canLinger } = require(${JSON.stringify(join(__dirname, '..', 'lib', 'linger.js'))})
        console.log(settled, canLinger)
      }
      main()`
    assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 60_000 }).trim(), '10000 false')
  })
}

test('writes settle where setImmediate is now Node\'s own and now another', () => {
  const program = `
    const timers = require('node:timers')
    const own = timers.setImmediate
    let isOwn = true
    timers.setImmediate = (...args) => (isOwn ? own(...args) : {})
    const { open } = require(${JSON.stringify(join(__dirname, '..'))})
    async function main() {
      const db = await open({ schema: { a: { x: 'uint8' } } })
      let settled = 0
      for (let i = 0; i < 300; i++) {
        isOwn = i % 3 > 0
        await db.create('a', { x: 1 })
        settled++
      }
      await db.close()
      console.log(settled)
    }
    main()`
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 60_000 }).trim(), '300')
})
