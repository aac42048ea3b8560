'use strict'
// `createMany` of many records stores what as many creates would: frames that grow, that become full, and that are ended by
// their bytes; long strings among short ones; halves of characters where strings meet.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { run } = require('./support/child')
const { open } = require('..')
const { rejected } = require('./support/outcome')
const { ROUNDS, SEED } = require('./support/random')
const { storesMany } = require('./support/store-many')
const { watchdog } = require('./support/watchdog')

watchdog(120 + 60 * ROUNDS)

const OPTIONS = [0, 1, 3].flatMap((workers) => [
  { workers, maxModifySize: 65536 }, { workers }, { workers, onFull: 'reject', maxModifySize: 2 ** 26 }
])

for (const options of OPTIONS) {
  test(`createMany of thousands of records of every kind, ${JSON.stringify(options)}`, async (t) => {
    t.diagnostic(`MILLRACE_SEED=${SEED}`)
    for (let round = 0; round < ROUNDS; round++) await storesMany(open, options, SEED + round)
  })
}

test('createMany of thousands of records of every kind, without code generation', async () => {
  const { code, signal, stdout, stderr } = await run(`
    const { storesMany } = require(${JSON.stringify(path.join(__dirname, 'support', 'store-many.js'))})
    const main = async () => {
      for (const options of ${JSON.stringify(OPTIONS)}) await storesMany(open, options, ${SEED})
      console.log('as created')
    }
    main()
  `, { flags: ['--disallow-code-generation-from-strings'], seconds: 90 })
  assert.deepStrictEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: 'as created\n', stderr: '' })
})

test('createMany names the record whose getter throws', async (t) => {
  const db = await open({ schema: { note: { text: 'string' } } })
  t.after(() => db.close())
  for (const index of [0, 15, 16, 17, 128, 1023, 1024, 1500]) {
    const records = Array.from({ length: 2000 }, (_, i) => ({ text: `${i}` }))
    records[index] = { get text () { throw new Error('from the getter') } }
    await assert.rejects(db.createMany('note', records), (error) => {
      assert.equal(error.index, index)
      assert.equal(error.cause.message, 'from the getter')
      return true
    })
  }
  // Between two records, too.
  const records = new Proxy([{ text: 'first' }], {
    get (array, key) {
      if (key === 'length' && looks++ > 1) throw new Error('of the length')
      return array[key]
    }
  })
  let looks = 0
  await assert.rejects(db.createMany('note', records), { code: 'ERR_INVALID_VALUE', index: 1 })
  await db.drain()
  assert.equal(db.count('note'), 0)
  assert.deepEqual(await db.createMany('note', [{ text: 'next' }]), [1])
})

test('createMany of rows that fill the ring as one frame, onFull reject', async (t) => {
  const fields = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`, 'float64?']))
  // 1,024 rows of 1,024 numbers, a presence bit for each, and the header.
  const db = await open({ schema: { t: fields }, onFull: 'reject', maxModifySize: 8 * 2 ** 20 + 2 ** 17 + 16 })
  t.after(() => db.close())
  const record = Object.fromEntries(Object.keys(fields).map((name, i) => [name, i]))
  assert.equal((await db.createMany('t', Array.from({ length: 1024 }, () => record))).length, 1024)
  assert.equal(db.get('t', 1024).f1023, 1023)
})

test('createMany of a store that closes while its records are read', async () => {
  const db = await open({ schema: { note: { text: 'string' } } })
  const records = new Proxy([{ text: 'first' }], {
    get (array, key) {
      if (key === 'length' && looks++ > 0) {
        db.close()
        return 0
      }
      return array[key]
    }
  })
  let looks = 0
  await assert.rejects(db.createMany('note', records), { code: 'ERR_CLOSED' })
})

test('rows after a call in which their frame could not grow', async (t) => {
  const db = await open({ schema: { n: { n: 'uint32' } } })
  t.after(() => db.close())
  const records = (count, first) => Array.from({ length: count }, (_, i) => ({ n: first + i }))
  const stored = (ids) => ids.map((id) => db.get('n', id).n)
  // Both have their first frame.
  await Promise.all([db.createMany('n', records(1, 0)), db.create('n', { n: 1 })])
  const { Uint8Array: original } = globalThis
  t.after(() => { globalThis.Uint8Array = original })
  const failing = new Proxy(original, { construct () { throw new Error('no memory') } })

  globalThis.Uint8Array = failing
  await rejected(db.createMany('n', records(20, 100)), 'ERR_INVALID_VALUE')
  const creates = records(16, 200).map((record) => db.create('n', record))
  await rejected(db.create('n', { n: 300 }), 'ERR_INVALID_VALUE')
  globalThis.Uint8Array = original

  assert.deepEqual(stored(await Promise.all(creates)), records(16, 200).map(({ n }) => n))
  assert.deepEqual(stored(await db.createMany('n', records(5, 400))), [400, 401, 402, 403, 404])
  assert.deepEqual(stored(await Promise.all(records(5, 500).map((record) => db.create('n', record)))), [500, 501, 502, 503, 504])
})
