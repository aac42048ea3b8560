'use strict'
// What a soak is made of: everything that a service may do with dbs, each as a short activity that checks what it gets.
// All of an activity follows from its seed.

const assert = require('node:assert/strict')
const { open } = require('../..')
const { endOne } = require('../death/support/end-one')
const { Poisoning, checkPoisoned, openBreakable } = require('../death/support/poison')
const { createMixed, record, schema, sleep } = require('../death/support/program')
const { runProgram } = require('../support/program')
const { Random } = require('../support/random')
const { checkIdle } = require('../support/state')

const WORKERS = [0, 1, 2, 4]
const SIZES = [4096, 8192, 65536, 2 ** 20, 64 * 2 ** 20]
const MODES = [
  'loads', 'ends', 'exits', 'throws', 'heap full', 'dropped', 'undrained', 'in flight', 'settling', 'storm', 'waiting', 'cycling'
]
const BURSTS = 25
/** UTF-16 units of a big string, at most. */
const BIG = 300_000
/** Records of each type that are written at a time, beside other threads. */
const TURN = 25
const UNITS = ['x', 'é', '語', '😀', '\ud83d', '\ude00']

const openOptions = (random) => ({ workers: random.pick(WORKERS), maxModifySize: random.pick(SIZES) })

const KINDS = {
  /** A random program, against the oracle. */
  program (random) {
    const options = { ...openOptions(random), onFull: random.pick(['wait', 'reject']) }
    const seed = random.below(2 ** 32)
    return { options: { ...options, seed }, run: () => runProgram(open, seed, options, BURSTS) }
  },

  /** Big strings that grow and shrink, in a ring that holds only a few of them. */
  strings (random) {
    const options = { workers: random.pick(WORKERS), maxModifySize: 2 ** 20 }
    const texts = Array.from({ length: 20 }, () => random.pick(UNITS).repeat(random.below(BIG / 2)))
    const run = async () => {
      const db = await open({ schema, ...options })
      const id = await db.create('note', { text: '', n: 0 })
      for (const [n, text] of texts.entries()) {
        const writes = [db.modify('note', id, { text, n }), db.create('note', { text, n })]
        if (n % 3 !== 0) continue
        await Promise.all(writes)
        assert.deepEqual(db.get('note', id), { id, text: text.toWellFormed(), n })
      }
      await db.drain()
      assert.deepEqual([...db.scan('note', { from: id + 1 })].map(({ text }) => text), texts.map((text) => text.toWellFormed()))
      checkIdle(db)
      await db.close()
    }
    return { options, run }
  },

  /** Opens and closes with writes in flight, several at a time. */
  cycles (random) {
    const all = Array.from({ length: random.between(1, 6) }, () => ({ ...openOptions(random), count: 4 * random.below(500) }))
    const run = () => Promise.all(all.map(async ({ count, ...options }) => {
      const db = await open({ schema, ...options })
      const writes = createMixed(db, count)
      await db.close()
      assert.deepEqual(await Promise.all(writes), writes.map((_, i) => (i >> 2) + 1))
    }))
    return { options: all, run }
  },

  /** Handles that nobody closes, some with writes in flight: all of those settle. That threads go is seen when all is quiet. */
  dropped (random) {
    const all = Array.from({ length: random.between(1, 6) }, () => ({ ...openOptions(random), count: 4 * random.below(500) }))
    const run = async () => {
      for (const { count, ...options } of all) {
        const writes = createMixed(await open({ schema, ...options }), count)
        assert.deepEqual(await Promise.all(writes), writes.map((_, i) => (i >> 2) + 1))
      }
    }
    return { options: all, run }
  },

  /** A Worker with dbs of its own comes, and ends by itself or by force. */
  worker (random) {
    const options = { mode: random.pick(MODES), ms: random.below(30) }
    return { options, run: () => endOne(options.mode, options.ms) }
  },

  /** Workers come to a store that is written here, and end by themselves or by force; what is written here is not touched. */
  threads (random) {
    const options = { ...openOptions(random), workers: random.between(1, 2), name: `soak ${random.below(2 ** 32)}` }
    const modes = Array.from({ length: random.between(1, 4) }, () => ({ mode: random.pick(MODES), ms: random.below(30) }))
    const run = async () => {
      const db = await open({ schema, ...options })
      let done = false
      const workers = Promise.all(modes.map(({ mode, ms }) => endOne(mode, ms, { name: options.name })))
      const end = () => { done = true }
      workers.then(end, end)
      // One more turn once all of them have gone.
      for (let isLast = false; !isLast; ) {
        isLast = done
        const ids = await Promise.all(createMixed(db, 4 * TURN))
        await Promise.all(ids.map((id, i) => i % 4 === 0 && db.modify('note', id, { n: i })))
        for (let i = 0; i < ids.length; i += 4) assert.deepEqual(db.get('note', ids[i]), { id: ids[i], ...record.note, n: i })
        await sleep(1)
      }
      await workers
      assert.equal(db.stats().store.handles, 1)
      checkIdle(db)
      await db.close()
    }
    return { options: { ...options, modes }, run }
  },

  /** A db is poisoned while others go on; some of the poisoned are never closed. */
  poisoned (random) {
    const options = { ...openOptions(random), before: 4 * random.below(100), after: 4 * random.between(1, 1000) }
    const closes = random.chance(0.7)
    const run = async () => {
      const { before, after, ...rest } = options
      const { db, panicNext } = await openBreakable({ schema, ...rest })
      await Promise.all(createMixed(db, before))
      panicNext()
      const poisoning = new Poisoning()
      poisoning.add(createMixed(db, after))
      await poisoning.end()
      await sleep(0)
      await checkPoisoned([db.create('score', record.score), db.delete('score', 1), db.drain()])
      assert.ok(db.count('score') >= before / 4, 'reads go on')
      if (closes) await db.close()
    }
    return { options: { ...options, closes }, run }
  }
}

const WEIGHTS = [[12, 'program'], [1, 'strings'], [3, 'cycles'], [2, 'dropped'], [2, 'worker'], [2, 'threads'], [2, 'poisoned']]

/** The activity of a seed: its `title`, and `run`, whose promise rejects if anything is not as it must be. */
const activityOf = (seed) => {
  const random = new Random(seed)
  const kind = random.weighted(WEIGHTS)
  const { options, run } = KINDS[kind](random)
  return { title: `${kind} ${JSON.stringify(options)}`, run }
}

module.exports = { activityOf }
