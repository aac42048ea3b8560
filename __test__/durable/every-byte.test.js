'use strict'
// A log cut off at every byte, and with every bit of it flipped: a torn tail or ERR_CORRUPT, by the rule alone.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const binding = require('../../binding.js')
const { watchdog } = require('../support/watchdog')
const { judge, parseSegment } = require('./support/segment')

watchdog(300)

const schema = { note: { text: 'string?' }, mark: { at: 'uint8' } }

/** Thousands of stores are opened: in memory, where there is a folder for that. */
const [WRITTEN, DAMAGED] = [os.tmpdir(), fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()].map((folder) =>
  fs.mkdtempSync(path.join(folder, 'millrace-')))
test.after(() => [WRITTEN, DAMAGED].forEach((folder) => fs.rmSync(folder, { recursive: true })))

/** The files of a store, by name. */
const contents = (folder) => new Map(fs.readdirSync(folder).sort().map((name) => [name, fs.readFileSync(path.join(folder, name))]))

const rows = (db) => ['note', 'mark'].map((type) => [...db.scan(type)])

/** Each is a batch. */
const WRITES = [
  (db) => [db.create('note', { text: 'first' })],
  (db) => [db.create('note', { text: 'é😀' }), db.create('mark', { at: 1 })],
  (db) => [db.create('note', {})],
  (db) => [db.modify('note', 1, { text: 'changed' }), db.delete('mark', 1)],
  (db) => [db.createMany('mark', [{ at: 2 }, { at: 3 }])],
  (db) => [db.delete('note', 2), db.create('note', { text: '' })]
]

/** A store written as `options` say; its files, and its rows after each batch. */
const written = async ({ durability, isPiped, segment = 0, before = 0 }) => {
  const folder = fs.mkdtempSync(path.join(WRITTEN, 'store-'))
  binding.setLogLimits(segment, 0)
  const model = await open({ schema, workers: 0 })
  const states = [rows(model)]
  let db = await open({ path: folder, schema, durability, workers: 1 })
  for (const [index, write] of WRITES.entries()) {
    if (index === before) {
      await db.checkpoint()
      await db.close()
      db = await open({ path: folder, durability, workers: 1 })
    }
    await Promise.all(write(model))
    states.push(rows(model))
    const settled = Promise.all(write(db))
    if (isPiped) await new Promise((resolve) => setImmediate(resolve))
    else await settled
  }
  await db.drain()
  // As a process leaves it that is killed: `close` would sync.
  const files = contents(folder)
  await db.close()
  await model.close()
  binding.setLogLimits(0, 0)
  return { files, states }
}

/** Opens the files with one of them changed, and checks what comes of it. */
const check = async ({ files, states }, name, bytes, expected, what) => {
  const folder = path.join(DAMAGED, 'store')
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder)
  for (const [file, sound] of files) fs.writeFileSync(path.join(folder, file), file === name ? bytes : sound)
  let db
  try {
    db = await open({ path: folder, workers: 0 })
  } catch (error) {
    assert.equal(error.code, 'ERR_CORRUPT', `${what}: ${error.message}`)
    assert.equal(expected?.isTorn, false, `${what}: ${error.message}`)
    assert.deepStrictEqual({ file: error.file, offset: error.offset }, { file: name, offset: expected.offset }, what)
    assert.deepStrictEqual(contents(folder), new Map([...files, [name, bytes]]), `${what}: nothing on disk is touched`)
    return 'corrupt'
  }
  assert.notEqual(expected?.isTorn, false, `${what} is ERR_CORRUPT`)
  assert.deepStrictEqual(rows(db), states[expected === undefined ? states.length - 1 : expected.lsn - 1], what)
  const { tail } = db.stats().recovery
  assert.deepStrictEqual(tail && [tail.file, tail.offset], expected?.isTorn ? [name, expected.offset] : undefined, what)
  await db.close()
  return tail === undefined ? 'sound' : 'torn'
}

/** Damages every byte of a segment, or every bit; gives how often which came of it. */
const checkAll = async (store, name, judgement, everyBit = false) => {
  const counts = { sound: 0, torn: 0, corrupt: 0 }
  const sound = store.files.get(name)
  for (let at = 0; at <= sound.length; at++) {
    counts[await check(store, name, sound.subarray(0, at), judgement(at, true), `cut off at ${at}`)]++
    if (at === sound.length) break
    for (const bit of everyBit ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
      const bytes = Buffer.from(sound)
      bytes[at] ^= 1 << bit
      counts[await check(store, name, bytes, judgement(at, false), `bit ${bit} of byte ${at} flipped`)]++
    }
  }
  return counts
}

const LOGS = {
  'written through the system': { durability: 'os' },
  'synced before each write': { durability: 'disk' },
  'synced while others were on their way': { durability: 'disk', isPiped: true, everyBit: true },
  'behind a checkpoint': { durability: 'os', before: 2 }
}

for (const [name, options] of Object.entries(LOGS)) {
  test(`the last segment, ${name}`, async (t) => {
    const store = await written(options)
    const last = [...store.files.keys()].filter((file) => file.endsWith('.log')).at(-1)
    const segment = parseSegment(store.files.get(last))
    assert.equal(segment.size > segment.records.at(-1).end, options.durability === 'disk', 'zeros that were written ahead')
    // At its byte 32 the manifest says what was synced.
    const manifest = Number(store.files.get('MANIFEST').readBigUInt64LE(32))
    t.diagnostic(JSON.stringify(segment.records.map(({ lsn, synced }) => [lsn, synced])))
    const counts = await checkAll(store, last, (at, isCut) => judge(segment, manifest, at, isCut), options.everyBit)
    t.diagnostic(JSON.stringify(counts))
    assert.ok(counts.torn > 0 && counts.corrupt > 0)
  })
}

test('an earlier segment', async (t) => {
  const store = await written({ durability: 'os', segment: 200 })
  const [name] = [...store.files.keys()].filter((file) => file.endsWith('.log'))
  const sound = store.files.get(name)
  const { records } = parseSegment(sound)
  assert.ok(records.length > 1 && records.length < WRITES.length, `${records.length} records`)
  // All of it was synced before the next one began.
  const counts = await checkAll(store, name, (at) => {
    if (at === sound.length) return undefined
    return { offset: records.find((record) => at >= record.at && at < record.end)?.at ?? 0, isTorn: false }
  })
  t.diagnostic(JSON.stringify(counts))
  assert.deepStrictEqual(counts, { sound: 1, torn: 0, corrupt: 2 * sound.length })
})
