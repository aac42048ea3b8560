'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const millrace = require('..')
const { run } = require('./support/child')
const { openFor, rejected } = require('./support/outcome')

const { create, defineSchema, drain, modify } = millrace
const schema = { user: { name: 'string', age: 'uint8?' } }

test('the package exports its functions and its error, and nothing else', () => {
  assert.deepStrictEqual(Object.keys(millrace).sort(),
    ['MillraceError', 'create', 'defineSchema', 'drain', 'modify', 'open'])
})

for (const workers of [0, 1]) {
  test(`create, modify and drain are the methods of the same name, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    const first = create(db, 'user', { name: 'Ann' })
    const second = db.create('user', { name: 'Bob' })
    const changed = modify(db, 'user', 1, { age: 7 })
    assert.equal(await drain(db), undefined)
    assert.deepStrictEqual([...db.scan('user')], [{ id: 1, name: 'Ann', age: 7 }, { id: 2, name: 'Bob' }])
    assert.deepStrictEqual(await Promise.all([first, second, changed]), [1, 2, 1])
  })
}

test('they reject as the methods do', async (t) => {
  const db = await openFor(t, { schema })
  await rejected(create(db, 'nope', {}), 'ERR_UNKNOWN_TYPE')
  await rejected(create(db, 'user', {}), 'ERR_MISSING_FIELD')
  await rejected(modify(db, 'user', 9, { age: 1 }), 'ERR_NOT_FOUND')
  await db.close()
  await rejected(create(db, 'user', { name: 'Ann' }), 'ERR_CLOSED')
  await rejected(modify(db, 'user', 1, { age: 1 }), 'ERR_CLOSED')
  await rejected(drain(db), 'ERR_CLOSED')
})

for (const db of [undefined, null, 5, 'db', {}, [], () => {}, { create: 1, modify: 1, drain: 1 }]) {
  test(`ERR_INVALID_ARGUMENT: ${JSON.stringify(db) ?? String(db)} is no db`, async () => {
    await rejected(create(db, 'user', { name: 'Ann' }), 'ERR_INVALID_ARGUMENT')
    await rejected(modify(db, 'user', 1, { age: 1 }), 'ERR_INVALID_ARGUMENT')
    await rejected(drain(db), 'ERR_INVALID_ARGUMENT')
  })
}

test('defineSchema gives the schema that open takes', async (t) => {
  const defined = defineSchema(schema)
  assert.deepStrictEqual(defined, schema)
  const db = await openFor(t, { schema: defined })
  assert.equal(await db.create('user', { name: 'Ann' }), 1)
})

test('an ES module imports every name, and the default', async () => {
  const { code, stdout, stderr } = await run(`
    import millrace, { open, create, modify, drain, defineSchema, MillraceError } from 'millrace'
    import assert from 'node:assert/strict'
    assert.equal(millrace.open, open)
    const db = await open({ schema: defineSchema({ user: { name: 'string' } }) })
    const id = await create(db, 'user', { name: 'Ann' })
    await modify(db, 'user', id, { name: 'Bea' })
    await drain(db)
    await assert.rejects(create(db, 'user', {}), MillraceError)
    console.log(JSON.stringify(db.get('user', id)))
    await db.close()
  `, { esm: true })
  assert.equal(stderr, '')
  assert.deepStrictEqual(JSON.parse(stdout), { id: 1, name: 'Bea' })
  assert.equal(code, 0)
})
