'use strict'
// A store that fails, by poison or by its log, fails for every thread that has it, and for no other store.

const assert = require('node:assert/strict')
const os = require('node:os')
const test = require('node:test')
const binding = require('../../binding.js')
const { open } = require('../..')
const { openKnown } = require('../support/addon')
const { openFor } = require('../support/outcome')
const { watchdog } = require('../support/watchdog')
const { newFlag, raised } = require('./support/flag')
const { placeFor } = require('./support/place')
const { threadsFor } = require('./support/thread')

const schema = { note: { text: 'string' }, other: { text: 'string' } }

watchdog(240)

/** How a store fails: by what `breakIt` does next, with this code, for this cause. */
const FAILURES = [
  { what: 'poison', kind: 'name', code: 'ERR_POISONED', cause: 'as a test asked', breakIt: (dbCtx) => binding.panicNext(dbCtx) },
  { what: 'poison', kind: 'path', code: 'ERR_POISONED', cause: 'as a test asked', breakIt: (dbCtx) => binding.panicNext(dbCtx) },
  { what: 'a log that can not be written', kind: 'path', code: 'ERR_LOG_WRITE', cause: 'No space left', breakIt: () => binding.failNextWrite(false, '.log', os.constants.errno.ENOSPC) }
]

/**
 * In a thread: writes for ever, until a write is refused; each of them settles. `few` writes little, so that nothing may be
 * in flight, `many` waits for room all the time.
 */
const writeUntilRefused = async (state, options, mode, flag) => {
  const db = state.db = await state.open(options)
  const outcomes = []
  const codes = new Set()
  const causes = new Set()
  const write = (promise) => outcomes.push(promise.then(() => {}, (error) => {
    codes.add(error.code)
    causes.add(error.cause?.message)
  }))
  for (let tick = 0; codes.size === 0; tick++) {
    if (tick === 3) Atomics.add(flag, 0, 1)
    for (let i = 0; i < (mode === 'many' ? 300 : 2); i++) {
      write(db.create('note', { text: 'x'.repeat(i) }))
      write(db.createMany('other', [{ text: 'y' }, { text: 'z'.repeat(i) }]))
    }
    await new Promise((resolve) => setTimeout(resolve, mode === 'many' ? 0 : 5))
  }
  await Promise.all(outcomes)
  return { codes: [...codes], causes: [...causes] }
}

/** In a thread: every later call, and `close`; gives their codes. */
const callLater = async ({ db }) => {
  const calls = [db.drain(), db.create('note', { text: '' }), db.createMany('note', []), db.modify('note', 1, { text: '' }), db.delete('note', 1), db.drain()]
  const outcomes = await Promise.allSettled(calls)
  const read = [db.count('note') > 0, db.has('note', 1), [...db.scan('note', { limit: 1 })].length]
  const { inFlight } = db.stats()
  await db.close()
  return { codes: outcomes.map(({ reason }) => reason?.code), read, inFlight }
}

for (const { what, kind, code, cause, breakIt } of FAILURES) {
  test(`${what} reaches every thread that has the store, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const { db, dbCtx } = await openKnown({ ...place, schema, workers: 1 })
    const intact = await openFor(t, { ...placeFor(t, kind), schema, workers: 1 })
    await db.create('note', { text: 'before' })
    const [idle, ...threads] = threadsFor(t, 4)
    await idle.run(async (state, place) => { state.db = await state.open(place) }, place)
    const flag = newFlag()
    const writing = threads.map((thread, i) => {
      const options = { ...place, maxModifySize: i === 0 ? undefined : 4096, workers: 1 + i % 2 }
      return thread.run(writeUntilRefused, options, i === 1 ? 'few' : 'many', flag)
    })
    while (await raised(flag) < threads.length) await new Promise(setImmediate)
    breakIt(dbCtx)
    for (const { codes, causes } of await Promise.all(writing)) {
      assert.deepEqual(codes, [code])
      assert.equal(causes.length, 1)
      assert.ok(causes[0].includes(cause), causes[0])
    }
    const later = { codes: Array(6).fill(code), read: [true, true, 1], inFlight: { batches: 0, bytes: 0 } }
    for (const thread of [...threads, idle]) assert.deepEqual(await thread.run(callLater), later)
    assert.equal(db.stats().store.handles, 1, 'the others could close')
    assert.deepEqual(await callLater({ db }), later)

    assert.equal(await intact.create('note', { text: 'another store' }), 1)
    const again = await open({ ...place, schema })
    assert.equal(await again.create('note', { text: 'opened anew' }) > 0, true)
    if (kind === 'path') assert.deepEqual(again.get('note', 1), { id: 1, text: 'before' })
    await again.close()
  })

  test(`a thread with all of its writes in flight is terminated after ${what}, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const { db, dbCtx } = await openKnown({ ...place, schema, workers: 1 })
    await db.create('note', { text: 'before' })
    const flag = newFlag()
    const threads = threadsFor(t, 3)
    const flood = async ({ open }, options, flag) => {
      const db = await open(options)
      for (let i = 0; ; i++) {
        if (i === 3000) Atomics.add(flag, 0, 1)
        db.create('note', { text: 'x'.repeat(i % 100) }).catch(() => {})
      }
    }
    for (const thread of threads) thread.run(flood, { ...place, maxModifySize: 65536 }, flag).catch(() => {})
    while (await raised(flag) < threads.length) await new Promise(setImmediate)
    breakIt(dbCtx)
    await assert.rejects(async () => {
      for (;;) await db.create('other', { text: '' })
    }, { code })
    await Promise.all(threads.map((thread) => thread.terminate()))
    assert.equal(db.stats().store.handles, 1)
    await db.close()
  })
}
