'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { MillraceError, open } = require('..')
const { openFor, rejected, thrown } = require('./support/outcome')

const schema = { user: { name: 'string', age: 'uint8', nick: 'string?', prefs: 'json?' } }

const WRONG_OPTIONS = [
  { workers: -1 }, { workers: 1.5 }, { workers: '2' }, { workers: NaN }, { workers: 1n },
  { maxModifySize: 4095 }, { maxModifySize: 2 ** 30 + 1 }, { maxModifySize: 0 }, { maxModifySize: 4096.5 },
  { maxModifySize: '4096' }, { maxModifySize: NaN }, { onFull: 'maybe' }, { onFull: true },
  { name: 5 }, { name: '' }, { name: 'both', path: 'both' }, { path: 5 }, { path: '' }, { path: new URL('file:///tmp/x') }, { durability: 'os' },
  { durability: 'disk' }, { salvage: false }
]

for (const options of WRONG_OPTIONS) {
  const [name] = Object.keys(options)
  test(`open refuses ${name} ${String(options[name])}`, async () => {
    const error = await rejected(open({ schema, ...options }), 'ERR_INVALID_ARGUMENT')
    assert.ok(error.message.includes(name), error.message)
  })
}

for (const options of [undefined, null, 5, 'schema']) {
  test(`open refuses ${options} for its options`, async () => {
    await rejected(open(options), 'ERR_INVALID_ARGUMENT')
  })
}

test('options that are undefined have their default', async (t) => {
  const db = await openFor(t, {
    schema, workers: undefined, maxModifySize: undefined, onFull: undefined, name: undefined, path: undefined
  })
  assert.equal(db.stats().maxModifySize, 64 * 1024 * 1024)
})

test('an error is a MillraceError and an Error, with its own name', async (t) => {
  const db = await openFor(t, { schema })
  const error = await rejected(db.create('user', {}), 'ERR_MISSING_FIELD')
  assert.ok(error instanceof Error)
  assert.ok(error instanceof MillraceError)
  assert.equal(error.name, 'MillraceError')
  assert.ok(error.stack.includes('ERR_MISSING_FIELD') || error.stack.includes('MillraceError'), error.stack)
})

for (const type of ['nope', '', 'constructor', '__proto__', 'toString', 'User']) {
  test(`ERR_UNKNOWN_TYPE: every call with the type ${JSON.stringify(type)}`, async (t) => {
    const db = await openFor(t, { schema })
    const record = { name: 'Ann', age: 1 }
    for (const promise of [
      db.create(type, record), db.createMany(type, [record]), db.modify(type, 1, record), db.delete(type, 1)
    ]) {
      const error = await rejected(promise, 'ERR_UNKNOWN_TYPE')
      assert.equal(error.type, type)
      assert.ok(error.message.includes(type), error.message)
    }
    for (const read of [() => db.get(type, 1), () => db.has(type, 1), () => db.count(type), () => db.scan(type)]) {
      thrown(read, 'ERR_UNKNOWN_TYPE')
    }
  })
}

for (const type of [undefined, null, 5, {}, Symbol('user'), ['user']]) {
  test(`a type that is no string is refused: ${String(type)}`, async (t) => {
    const db = await openFor(t, { schema })
    const error = await db.create(type, { name: 'Ann', age: 1 }).then(assert.fail, (error) => error)
    assert.ok(['ERR_UNKNOWN_TYPE', 'ERR_INVALID_ARGUMENT'].includes(error.code), error.stack)
    assert.equal(db.count('user'), 0)
  })
}

for (const record of [undefined, null, 5, 'name', true, Symbol('s'), 1n]) {
  test(`ERR_INVALID_ARGUMENT: ${String(record)} is no record`, async (t) => {
    const db = await openFor(t, { schema })
    const id = await db.create('user', { name: 'Ann', age: 1 })
    await rejected(db.create('user', record), 'ERR_INVALID_ARGUMENT')
    await rejected(db.modify('user', id, record), 'ERR_INVALID_ARGUMENT')
    const error = await rejected(db.createMany('user', [{ name: 'Bob', age: 2 }, record]), 'ERR_INVALID_ARGUMENT')
    assert.equal(error.index, 1)
    assert.equal(db.count('user'), 1)
  })
}

for (const records of [undefined, null, 5, 'records', {}]) {
  test(`ERR_INVALID_ARGUMENT: ${String(records)} is no array of records`, async (t) => {
    const db = await openFor(t, { schema })
    await rejected(db.createMany('user', records), 'ERR_INVALID_ARGUMENT')
  })
}

for (const id of [undefined, null, -1, 1.5, NaN, Infinity, '1', 1n, 2 ** 32, {}, Symbol('s')]) {
  test(`ERR_INVALID_ARGUMENT: ${String(id)} is no id`, async (t) => {
    const db = await openFor(t, { schema })
    await db.create('user', { name: 'Ann', age: 1 })
    await rejected(db.modify('user', id, { age: 2 }), 'ERR_INVALID_ARGUMENT')
    await rejected(db.delete('user', id), 'ERR_INVALID_ARGUMENT')
    thrown(() => db.get('user', id), 'ERR_INVALID_ARGUMENT')
    thrown(() => db.has('user', id), 'ERR_INVALID_ARGUMENT')
  })
}

for (const workers of [0, 1]) {
  test(`ERR_NOT_FOUND: names type and id, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    const id = await db.create('user', { name: 'Ann', age: 1 })
    await db.delete('user', id)
    for (const missing of [0, id, id + 1, 2 ** 32 - 1]) {
      for (const promise of [db.modify('user', missing, { age: 2 }), db.delete('user', missing)]) {
        const error = await rejected(promise, 'ERR_NOT_FOUND')
        assert.equal(error.type, 'user')
        assert.equal(error.id, missing)
        assert.ok(error.message.includes('user') && error.message.includes(String(missing)), error.message)
      }
    }
  })
}

test('ERR_MISSING_FIELD: absent, null and undefined, in create and modify', async (t) => {
  const db = await openFor(t, { schema })
  const id = await db.create('user', { name: 'Ann', age: 1, nick: 'A' })
  for (const promise of [
    db.create('user', { age: 1 }), db.create('user', { name: null, age: 1 }),
    db.create('user', { name: undefined, age: 1 }), db.createMany('user', [{ age: 1 }]),
    db.modify('user', id, { name: null })
  ]) {
    const error = await rejected(promise, 'ERR_MISSING_FIELD')
    assert.equal(error.type, 'user')
    assert.equal(error.field, 'name')
    assert.ok(error.message.includes('user') && error.message.includes('name'), error.message)
  }
  assert.deepStrictEqual(db.get('user', id), { id, name: 'Ann', age: 1, nick: 'A' })
})

test('ERR_UNKNOWN_FIELD: in create, createMany and modify, also for id', async (t) => {
  const db = await openFor(t, { schema })
  const id = await db.create('user', { name: 'Ann', age: 1 })
  const user = { name: 'Bob', age: 2 }
  for (const [field, promise] of [
    ['mail', db.create('user', { ...user, mail: 'b@x' })],
    ['mail', db.createMany('user', [{ ...user, mail: 'b@x' }])],
    ['mail', db.modify('user', id, { mail: 'b@x' })],
    ['constructor', db.create('user', { ...user, constructor: 'x' })],
    ['__proto__', db.create('user', { ...user, ['__proto__']: 'x' })],
    ['id', db.create('user', { ...user, id: 7 })],
    ['id', db.createMany('user', [{ ...user, id: 7 }])],
    ['id', db.modify('user', id, { age: 3, id: id + 1 })],
    ['id', db.modify('user', id, { age: 3, id: String(id) })]
  ]) {
    const error = await rejected(promise, 'ERR_UNKNOWN_FIELD')
    assert.equal(error.type, 'user')
    assert.equal(error.field, field)
    assert.ok(error.message.includes('user') && error.message.includes(field), error.message)
  }
  assert.equal(await db.modify('user', id, { age: 3, id }), id)
  assert.deepStrictEqual(db.get('user', id), { id, name: 'Ann', age: 3 })
})

test('createMany names the record that is at fault, and writes nothing', async (t) => {
  const db = await openFor(t, { schema })
  const good = { name: 'Ann', age: 1 }
  for (const [bad, code] of [
    [{ name: 1, age: 1 }, 'ERR_INVALID_VALUE'], [{ name: 'x', age: 256 }, 'ERR_OUT_OF_RANGE'],
    [{ age: 1 }, 'ERR_MISSING_FIELD'], [{ ...good, x: 1 }, 'ERR_UNKNOWN_FIELD']
  ]) {
    for (const index of [0, 1, 99]) {
      const records = Array.from({ length: 100 }, (_, i) => i === index ? bad : good)
      assert.equal((await rejected(db.createMany('user', records), code)).index, index)
    }
  }
  const error = await rejected(db.create('user', { age: 1 }), 'ERR_MISSING_FIELD')
  assert.equal(error.index, undefined)
  await db.drain()
  assert.equal(db.count('user'), 0)
  assert.deepStrictEqual(await db.createMany('user', [good, good]), [1, 2], 'no id was taken')
})

test('a failing write leaves the ctx and its neighbours alone', async (t) => {
  const db = await openFor(t, { schema, workers: 1, maxModifySize: 8192 })
  const before = db.create('user', { name: 'before', age: 1 })
  const figures = ({ ctx, inFlight, batches, operations }) => ({ ctx, inFlight, batches, operations })
  const untouched = figures(db.stats())
  const failing = [
    rejected(db.create('user', { name: 'x', age: 256 }), 'ERR_OUT_OF_RANGE'),
    rejected(db.create('user', { name: 5, age: 1 }), 'ERR_INVALID_VALUE'),
    rejected(db.create('user', { name: 'x' }), 'ERR_MISSING_FIELD'),
    rejected(db.create('user', { name: 'x', age: 1, y: 1 }), 'ERR_UNKNOWN_FIELD'),
    rejected(db.create('user', { name: 'x', age: 1, prefs: 1n }), 'ERR_INVALID_VALUE'),
    rejected(db.create('nope', { name: 'x', age: 1 }), 'ERR_UNKNOWN_TYPE'),
    rejected(db.createMany('user', [{ name: 'x', age: 1 }, { name: 'x', age: -1 }]), 'ERR_OUT_OF_RANGE'),
    rejected(db.modify('user', 1, { age: 2, nick: 1 }), 'ERR_INVALID_VALUE'),
    rejected(db.modify('user', -1, { age: 2 }), 'ERR_INVALID_ARGUMENT'),
    rejected(db.delete('user', 'x'), 'ERR_INVALID_ARGUMENT')
  ]
  assert.deepStrictEqual(figures(db.stats()), untouched)
  assert.equal(await db.create('user', { name: 'after', age: 2 }), 2)
  assert.equal(await before, 1)
  await Promise.all(failing)
  assert.deepStrictEqual([...db.scan('user')], [{ id: 1, name: 'before', age: 1 }, { id: 2, name: 'after', age: 2 }])
})

test('a record that is too large leaves the ctx and its neighbours alone', async (t) => {
  const db = await openFor(t, { schema, workers: 1, maxModifySize: 4096 })
  const before = db.create('user', { name: 'before', age: 1 })
  const huge = { name: 'x'.repeat(4097), age: 1 }
  const failing = [
    rejected(db.create('user', huge), 'ERR_RECORD_TOO_LARGE'),
    rejected(db.modify('user', 1, huge), 'ERR_RECORD_TOO_LARGE'),
    rejected(db.createMany('user', [{ name: 'x', age: 1 }, huge]), 'ERR_RECORD_TOO_LARGE')
  ]
  assert.equal(await db.create('user', { name: 'after', age: 2 }), 2)
  assert.equal(await before, 1)
  const [error, , many] = await Promise.all(failing)
  assert.equal(error.type, 'user')
  assert.equal(many.index, 1)
  assert.equal(db.count('user'), 2)
})
