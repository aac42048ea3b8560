'use strict'
// `createMany` of many records stores what as many creates would: frames that grow, that become full, and that are ended by
// their bytes; long strings among short ones; halves of characters where strings meet.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { run } = require('./support/child')
const { open } = require('..')
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
  await db.drain()
  assert.equal(db.count('note'), 0)
  assert.deepEqual(await db.createMany('note', [{ text: 'next' }]), [1])
})
