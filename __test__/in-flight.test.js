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

v8.setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

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

test('who waits is told once all batches before it have ended, whatever is in flight after it', async () => {
  const inFlight = new InFlight()
  /** @type {string[]} */
  const settled = []
  const end = async (/** @type {number} */ seq) => {
    inFlight.remove(seq)
    inFlight.wake()
    await turn()
  }
  for (let seq = 1; seq <= 20; seq++) inFlight.add(seq, queueOf(1))
  inFlight.settled().then(() => settled.push('20'))
  // 21 is a checkpoint's.
  for (let seq = 22; seq <= 40; seq++) inFlight.add(seq, queueOf(1))
  inFlight.settled().then(() => settled.push('40'))
  inFlight.add(41, queueOf(1))
  await end(30)
  for (let seq = 20; seq > 1; seq--) await end(seq)
  assert.deepEqual(settled, [])
  await end(1)
  assert.deepEqual(settled, ['20'])
  for (let seq = 22; seq < 40; seq++) if (seq !== 30) await end(seq)
  assert.deepEqual(settled, ['20'])
  await end(40)
  assert.deepEqual(settled, ['20', '40'])
  assert.equal(inFlight.size, 1)
})

test('of a long backlog no memory is kept, and a number that only looks like one in flight is refused', () => {
  const inFlight = new InFlight()
  const queue = queueOf(1)
  const before = process.memoryUsage().heapUsed
  for (let seq = 0; seq < 1_000_000; seq++) inFlight.add(seq, queueOf(1))
  inFlight.add(1_000_000, queue)
  assert.throws(() => inFlight.queue(1_000_000 + 2 ** 20), /is not in flight/)
  for (let seq = 0; seq <= 1_000_000; seq++) inFlight.remove(seq)
  collect()
  const kept = process.memoryUsage().heapUsed - before
  assert.ok(kept < 4e6, `${kept} bytes are kept`)
  inFlight.add(1_000_001, queue)
  assert.equal(inFlight.remove(1_000_001), queue)
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
  collect()
  await turn()
  let [collections, small] = [0, 0]
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++
      else small++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  // 40 MB a thousand: what is kept makes V8 collect all of its heap: five times here, with a Map.
  await pass(5000)
  for (let i = 0; i < 4; i++) await turn()
  observer.disconnect()
  assert.ok(small > 0, 'collections are counted')
  assert.ok(collections <= 1, `${collections} full collections`)
})
