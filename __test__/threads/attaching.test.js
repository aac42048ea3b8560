'use strict'
// One store, opened by several threads: who attaches to what.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const { filesOf, folderFor } = require('../support/folder')
const { openFor, rejected } = require('../support/outcome')
const { KINDS, placeFor } = require('./support/place')
const { threadsFor } = require('./support/thread')

const schema = { note: { text: 'string', n: 'uint32' }, other: { a: 'int8?', b: { enum: ['x', 'y'] } } }

/** In a thread: opens a db, and keeps it. */
const openThere = async (state, options) => {
  state.db = await state.open(options)
  return state.db.stats()
}

for (const kind of KINDS) {
  test(`a store opened by ${kind} is one for all threads: what one has settled all can read`, async (t) => {
    const place = placeFor(t, kind)
    const db = await openFor(t, { ...place, schema })
    assert.equal(await db.create('note', { text: 'here', n: 1 }), 1)
    const [thread] = threadsFor(t, 1)
    const stats = await thread.run(openThere, place)
    assert.deepEqual(stats.store, { handles: 2, workers: 1 + db.stats().workers.length })
    assert.equal(stats.workers.length, 1, 'an attached db brings one worker, unless it says how many')
    assert.equal('recovery' in stats, false)
    assert.deepEqual(await thread.run(({ db }) => db.get('note', 1)), { id: 1, text: 'here', n: 1 })
    const id = await thread.run(({ db }) => db.create('note', { text: 'there', n: 2 }))
    assert.deepEqual(db.get('note', id), { id, text: 'there', n: 2 })
    await db.modify('note', id, { n: 3 })
    assert.equal(await thread.run(({ db }, id) => db.get('note', id).n, id), 3)
    await thread.run(({ db }) => Promise.all([db.delete('note', 1), db.modify('note', 1, { n: 9 }).catch(({ code }) => code)]))
    assert.equal(db.has('note', 1), false)
    await thread.run(({ db }) => db.close())
    assert.equal(db.stats().store.handles, 1)
    assert.equal(await db.create('note', { text: 'alone again', n: 4 }) > 1, true)
  })

  test(`a store opened by ${kind} lives until its last db is closed`, async (t) => {
    const place = placeFor(t, kind)
    const [thread] = threadsFor(t, 1)
    const db = await open({ ...place, schema })
    await thread.run(openThere, place)
    await db.create('note', { text: 'kept', n: 1 })
    await db.close()
    assert.equal(await thread.run(({ db }) => db.count('note')), 1)
    assert.equal(await thread.run(({ db }) => db.create('note', { text: 'more', n: 2 })) > 1, true)
    await thread.run(({ db }) => db.close())
    const again = await openFor(t, { ...place, schema })
    assert.equal(again.count('note'), kind === 'name' ? 0 : 2)
  })

  test(`a second db of the same thread is attached too, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const first = await openFor(t, { ...place, schema, workers: 2 })
    const second = await openFor(t, { ...place, workers: 3 })
    assert.deepEqual(second.stats().store, { handles: 2, workers: 5 })
    await first.create('note', { text: 'x', n: 0 })
    assert.equal(second.count('note'), 1)
  })

  test(`a schema given when attaching by ${kind} must be the same, in whatever order`, async (t) => {
    const place = placeFor(t, kind)
    const db = await openFor(t, { ...place, schema })
    const { note, other } = schema
    const same = await openFor(t, { ...place, schema: { other: { b: other.b, a: { type: 'int8', optional: true } }, note: { n: 'uint32', text: 'string' } } })
    const id = await same.create('note', { text: 'x', n: 7 })
    assert.deepEqual(db.get('note', id), { id, text: 'x', n: 7 })
    for (const [changed, message] of [
      [{ note }, /"other"/], [{ ...schema, more: note }, /"more"/],
      [{ note: { ...note, n: 'uint16' }, other }, /"n" of type "note" is stored as uint32, and the schema given has uint16/],
      [{ note: { ...note, extra: 'json?' }, other }, /"extra" of type "note".*json \(optional\).*does not have it/],
      [{ note: { text: 'string' }, other }, /"n" of type "note"/]
    ]) {
      const error = await rejected(open({ ...place, schema: changed }), 'ERR_SCHEMA_MISMATCH')
      assert.match(error.message, message)
    }
    await rejected(open({ ...place, schema: { note: { text: 'text' } } }), 'ERR_INVALID_SCHEMA')
    assert.equal(db.stats().store.handles, 2, 'who was refused has left')
  })

  test(`a store without workers has one db, by ${kind}`, async (t) => {
    const place = placeFor(t, kind)
    const alone = await open({ ...place, schema, workers: 0 })
    await rejected(open(place), 'ERR_INVALID_ARGUMENT')
    await alone.create('note', { text: 'x', n: 0 })
    await alone.close()
    const db = await openFor(t, { ...place, schema })
    const error = await rejected(open({ ...place, workers: 0 }), 'ERR_INVALID_ARGUMENT')
    assert.match(error.message, /without workers/)
    assert.equal(db.stats().store.handles, 1)
  })

  test(`threads that open at once by ${kind} share one opening`, async (t) => {
    const place = placeFor(t, kind)
    const threads = threadsFor(t, 8)
    const stats = await Promise.all(threads.map((thread) => thread.run(openThere, { ...place, schema, workers: 1 })))
    if (kind === 'path') assert.equal(stats.filter((of) => 'recovery' in of).length, 1)
    const ids = await Promise.all(threads.map((thread) => thread.run(({ db }) => db.create('note', { text: 'x', n: 0 }))))
    assert.equal(new Set(ids).size, 8)
    assert.deepEqual(await threads[0].run(({ db }) => [db.count('note'), db.stats().store]), [8, { handles: 8, workers: 8 }])
    await Promise.all(threads.map((thread) => thread.run(({ db }) => db.close())))
  })

  test(`opening by ${kind} while others close waits for them, and opens anew`, async (t) => {
    const place = placeFor(t, kind)
    const threads = threadsFor(t, 4)
    const cycle = async ({ open }, options, rounds) => {
      let count = 0
      for (let i = 0; i < rounds; i++) {
        const db = await open(options)
        const writes = Array.from({ length: 1 + (i * 7) % 40 }, (_, n) => db.create('note', { text: `note ${n}`, n }))
        count += writes.length
        await db.close()
        await Promise.all(writes)
      }
      return count
    }
    const counts = await Promise.all(threads.map((thread) => thread.run(cycle, { ...place, schema }, 60)))
    const db = await openFor(t, { ...place, schema })
    assert.equal(db.count('note'), kind === 'name' ? 0 : counts.reduce((sum, count) => sum + count))
  })
}

test('stores of different names, and of none, never meet', async (t) => {
  const dbs = []
  for (const place of [placeFor(t, 'name'), placeFor(t, 'name'), {}, {}, placeFor(t, 'path')]) dbs.push(await openFor(t, { ...place, schema }))
  for (const [i, db] of dbs.entries()) {
    for (let n = 0; n <= i; n++) await db.create('note', { text: 'x', n })
    assert.equal(db.stats().store?.handles ?? 1, 1)
  }
  assert.deepEqual(dbs.map((db) => db.count('note')), [1, 2, 3, 4, 5])
})

test('a name that no store has needs a schema', async (t) => {
  const error = await rejected(open(placeFor(t, 'name')), 'ERR_INVALID_ARGUMENT')
  assert.match(error.message, /schema/)
})

test('two spellings of a path are one store', async (t) => {
  const folder = folderFor(t)
  const db = await openFor(t, { path: folder, schema })
  await db.create('note', { text: 'x', n: 0 })
  const link = `${folder}-link`
  fs.symlinkSync(folder, link)
  for (const spelling of [`${folder}/`, path.join(folder, '..', path.basename(folder)), path.relative(process.cwd(), folder), link]) {
    const again = await open({ path: spelling })
    assert.equal(again.count('note'), 1)
    assert.equal(again.stats().store.handles, 2)
    await again.close()
  }
})

test('a directory that was removed and made again is another store', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t)
  const db = await openFor(t, { path: folder, schema })
  await db.create('note', { text: 'gone', n: 0 })
  fs.rmSync(folder, { recursive: true })
  const fresh = await openFor(t, { path: folder, schema })
  assert.equal(fresh.count('note'), 0)
  assert.equal(db.count('note'), 1)
  assert.ok(filesOf(folder, '.log').length > 0)
})

test('closing a store whose directory is another store\'s by now leaves that one alone', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t)
  const gone = await openFor(t, { path: folder, schema, durability: 'disk' })
  for (let i = 0; i < 5; i++) await gone.create('note', { text: 'gone', n: 0 })
  fs.rmSync(folder, { recursive: true })
  const fresh = await openFor(t, { path: folder, schema, durability: 'disk' })
  for (let i = 0; i < 50; i++) await fresh.create('note', { text: 'here', n: 0 })
  await gone.close()
  await fresh.close()
  const again = await openFor(t, { path: folder })
  assert.equal(again.count('note'), 50)
  assert.equal(again.stats().recovery.tail, undefined)
})

test('a store has one durability', async (t) => {
  const folder = folderFor(t)
  const db = await openFor(t, { path: folder, schema, durability: 'disk' })
  await rejected(open({ path: folder, durability: 'os' }), 'ERR_INVALID_ARGUMENT')
  await openFor(t, { path: folder, durability: 'disk' })
  await openFor(t, { path: folder })
  assert.equal(db.stats().store.handles, 3)
})
