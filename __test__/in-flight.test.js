'use strict'
const test = require('node:test')
const assert = require('node:assert/strict')
const { PerformanceObserver, constants } = require('node:perf_hooks')
const v8 = require('node:v8')
const { runInNewContext } = require('node:vm')
const { InFlight } = require('../lib/in-flight.js')
const { Queue } = require('../lib/queue.js')
const { Random, SEED } = require('./support/random.js')

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** @param {number} bytes */
const queueOf = (bytes) => Object.assign(new Queue(), { bytes })

// Numbers near the ends of int32 and uint32 are passed in days of writing only.
for (const start of [0, 2 ** 31 - 50, 2 ** 32 - 50]) {
  test(`batches are found by their numbers, from ${start} on, as in a Map (seed ${SEED})`, () => {
    const random = new Random(SEED)
    const inFlight = new InFlight()
    /** @type {Map<number, Queue>} */
    const model = new Map()
    let seq = start
    for (let step = 0; step < 20_000; step++) {
      // A backlog grows and falls; numbers that checkpoints take are left out.
      if (random.below(5) < (step % 2000 < 1000 ? 3 : 2)) {
        seq = (seq + 1 + random.below(2)) >>> 0
        const queue = queueOf(random.below(100))
        inFlight.add(seq, queue)
        model.set(seq, queue)
      } else if (model.size > 0) {
        const oldest = [...model.keys()].slice(0, 8)
        const ended = oldest[random.below(oldest.length)]
        assert.equal(inFlight.queue(ended), model.get(ended))
        assert.equal(inFlight.remove(ended), model.get(ended))
        assert.throws(() => inFlight.queue(ended), /is not in flight/)
        model.delete(ended)
      }
      assert.equal(inFlight.size, model.size)
      assert.equal(inFlight.bytes, [...model.values()].reduce((sum, { bytes }) => sum + bytes, 0))
    }
  })
}

test('who waits is told once all batches before it have ended, whatever ends after it', async () => {
  const inFlight = new InFlight()
  for (let seq = 1; seq <= 40; seq++) inFlight.add(seq, queueOf(1))
  let isSettled = false
  inFlight.settled().then(() => { isSettled = true })
  inFlight.add(41, queueOf(1))
  for (const seq of [41, ...Array.from({ length: 40 }, (_, i) => 40 - i)]) {
    await turn()
    assert.equal(isSettled, false)
    inFlight.remove(seq)
    inFlight.wake()
  }
  await turn()
  assert.equal(isSettled, true)
})

test('batches that have ended are not kept until the next full collection', async () => {
  const inFlight = new InFlight()
  let seq = 0
  /** @param {number} count */
  const pass = async (count) => {
    for (let i = 0; i < count; i++) {
      inFlight.add(seq, Object.assign(queueOf(1), { entries: Array.from({ length: 1000 }, (_, at) => ({ at })) }))
      if (seq >= 2) inFlight.remove(seq - 2)
      seq++
      if (i % 100 === 0) await turn()
    }
  }
  await pass(2000)
  v8.setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await turn()
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) collections += detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR ? 1 : 0
  })
  observer.observe({ entryTypes: ['gc'] })
  // 40 MB a thousand: what is kept makes V8 collect all of its heap: five times here, with a Map.
  await pass(5000)
  await turn()
  observer.disconnect()
  assert.ok(collections <= 1, `${collections} full collections`)
})
