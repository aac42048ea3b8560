'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { open } = require('..')
const { run } = require('./support/child')

test('createMany never throws, also for an array that is a hostile proxy', async () => {
  const db = await open({ schema: { a: { text: 'string' } } })
  const revoked = Proxy.revocable([], {})
  revoked.revoke()
  const lengthThrows = new Proxy([{ text: 'x' }], {
    get(target, key) {
      if (key === 'length') throw new Error('no length')
      return target[key]
    }
  })
  for (const records of [revoked.proxy, lengthThrows]) {
    const refused = db.createMany('a', records)
    await assert.rejects(refused, (error) => error.code === 'ERR_INVALID_VALUE' && error.cause instanceof Error)
  }
  assert.equal(await db.create('a', { text: 'the first' }), 1)
  await db.close()
})

test('a modify whose strings are together longer than a string can be is refused, and nothing else happens', async () => {
  const db = await open({ schema: { a: { x: 'string?', y: 'string?' } }, maxModifySize: 2 ** 30 })
  const id = await db.create('a', { x: 'before' })
  const long = 'x'.repeat(3e8)
  const [refused, fine] = await Promise.allSettled([db.modify('a', id, { x: long, y: long }), db.create('a', { y: 'after' })])
  assert.equal(refused.reason.code, 'ERR_RECORD_TOO_LARGE')
  assert.deepEqual(fine, { status: 'fulfilled', value: 2 })
  assert.deepEqual(db.get('a', id), { id, x: 'before' })
  await db.close()
})

test('rows are plain data whatever stands on Object.prototype', async () => {
  const outcome = await run(`
    let called = 0
    Object.defineProperty(Object.prototype, 'nick', { set() { called++ }, get() {}, configurable: true })
    Object.freeze(Object.prototype)
    open({ schema: { a: { name: 'string?', nick: 'string', toString: 'string', __proto__x: 'string?' } } }).then(async (db) => {
      const id = await db.create('a', { name: 'n', nick: 'k', toString: 't' })
      console.log(JSON.stringify(db.get('a', id)), called)
      await db.close()
    })`)
  assert.deepEqual(outcome, { code: 0, signal: null, stdout: '{"id":1,"name":"n","nick":"k","toString":"t"} 0\n', stderr: '' })
})

test('messages run no code of the value, and are found at once', async () => {
  const db = await open({ schema: { a: { text: 'string' } } })
  let ran = 0
  const nosy = { get [Symbol.toStringTag]() { return `${ran++}` }, toString() { return `${ran++}` } }
  await assert.rejects(db.create('a', { text: nosy }), { code: 'ERR_INVALID_VALUE', message: /must be a string, got an object/ })
  assert.equal(ran, 0)
  await assert.rejects(db.create('a', { text: 'x', id: 3 }), { code: 'ERR_UNKNOWN_FIELD', message: /the store gives ids/ })
  await db.close()
})

test('thousands of types in every batch, with a small ring and workers that share them', async () => {
  const types = Array.from({ length: 3000 }, (_, i) => `t${i}`)
  const schema = Object.fromEntries(types.map((name) => [name, { n: 'uint32' }]))
  const db = await open({ schema, workers: 3, maxModifySize: 1 << 20 })
  const writes = []
  for (let round = 0; round < 30; round++) for (const type of types) writes.push(db.create(type, { n: round }))
  assert.equal((await Promise.all(writes)).length, 90_000)
  for (const type of types) assert.deepEqual(Array.from(db.scan(type), (row) => row.n), Array.from({ length: 30 }, (_, n) => n))
  await db.close()
})
