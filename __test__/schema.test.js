'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { open } = require('..')
const { openFor, rejected } = require('./support/outcome')
const { ODD_NAMES } = require('./support/random-schema')
const { put } = require('./support/oracle')
const { BASE_TYPES } = require('./support/stored')

const many = (count, value, prefix) => Object.fromEntries(
  Array.from({ length: count }, (_, i) => [`${prefix}${i}`, value])
)

const INVALID = [
  ['null', null],
  ['a string', 'user'],
  ['a number', 5],
  ['a function', () => {}],
  ['an array', [{ name: 'string' }]],
  ['no types', {}],
  ['65,536 types', many(65_536, { a: 'uint8' }, 'type')],
  ['a type that is null', { user: null }],
  ['a type that is a string', { user: 'string' }],
  ['a type that is an array', { user: ['string'] }],
  ['a type without fields', { user: {} }],
  ['1,025 fields', { user: many(1025, 'uint8', 'field') }],
  ['a field called id', { user: { id: 'uint32' } }],
  ['a field called id beside others', { user: { name: 'string', id: 'string?' } }],
  ['an unknown base type', { user: { name: 'text' } }],
  ['a base type in capitals', { user: { name: 'String' } }],
  ['a base type with a space', { user: { name: 'string ' } }],
  ['an empty base type', { user: { name: '' } }],
  ['only a question mark', { user: { name: '?' } }],
  ['two question marks', { user: { name: 'string??' } }],
  ['a question mark in front', { user: { name: '?string' } }],
  ['a base type named like a property of objects', { user: { name: 'constructor' } }],
  ['a base type called __proto__', { user: { name: '__proto__' } }],
  ['enum as a base type', { user: { name: 'enum' } }],
  ['a field that is null', { user: { name: null } }],
  ['a field that is undefined', { user: { name: undefined } }],
  ['a field that is a number', { user: { name: 8 } }],
  ['a field that is a function', { user: { name: String } }],
  ['a field that is an array', { user: { name: ['a', 'b'] } }],
  ['a field that is an empty object', { user: { name: {} } }],
  ['an unknown type in an object', { user: { name: { type: 'text' } } }],
  ['a type in an object that is no string', { user: { name: { type: 5 } } }],
  ['an empty enum', { user: { role: { enum: [] } } }],
  ['an enum that is a string', { user: { role: { enum: 'admin' } } }],
  ['an enum with a duplicate', { user: { role: { enum: ['a', 'b', 'a'] } } }],
  ['an enum with a number', { user: { role: { enum: ['a', 1] } } }],
  ['an enum with null', { user: { role: { enum: ['a', null] } } }],
  ['an enum with a hole', { user: { role: { enum: Object.assign([], { 0: 'a', 2: 'c' }) } } }]
]

for (const [title, schema] of INVALID) {
  test(`ERR_INVALID_SCHEMA: ${title}`, async () => {
    await rejected(open({ schema, workers: 0 }), 'ERR_INVALID_SCHEMA')
  })
}

test('the message names the type and the field', async () => {
  const error = await rejected(open({ schema: { user: { name: 'string', size: 'huge' } } }), 'ERR_INVALID_SCHEMA')
  for (const part of ['user', 'size', 'huge']) assert.ok(error.message.includes(part), error.message)
})

test('a schema that throws is refused with a rejection', async () => {
  const schema = { get user () { throw new Error('from the schema') } }
  const error = await open({ schema }).then(assert.fail, (error) => error)
  assert.ok(error.code === 'ERR_INVALID_SCHEMA' || error.message === 'from the schema', error.stack)
})

test('1,024 fields work', async (t) => {
  const db = await openFor(t, { schema: { wide: many(1024, 'uint16', 'field') } })
  const record = many(1024, 0, 'field')
  Object.keys(record).forEach((name, i) => { record[name] = i * 3 })
  const id = await db.create('wide', record)
  assert.deepStrictEqual(db.get('wide', id), { ...record, id })
})

test('65,535 types work', async (t) => {
  const db = await openFor(t, { schema: many(65_535, { a: 'uint8' }, 'type'), workers: 1 })
  const ids = await Promise.all([
    db.create('type0', { a: 1 }), db.create('type65534', { a: 2 }), db.create('type65534', { a: 3 })
  ])
  assert.deepStrictEqual(ids, [1, 1, 2])
  assert.deepStrictEqual(db.get('type65534', 2), { id: 2, a: 3 })
  assert.equal(db.count('type65533'), 0)
})

test('a later change of the schema object changes nothing', async (t) => {
  const schema = { user: { name: 'string', role: { enum: ['a', 'b'] } } }
  const db = await openFor(t, { schema })
  schema.user.role.enum[0] = 'z'
  schema.user.name = 'uint8'
  schema.other = { x: 'uint8' }
  const id = await db.create('user', { name: 'Ann', role: 'a' })
  assert.deepStrictEqual(db.get('user', id), { id, name: 'Ann', role: 'a' })
  await rejected(db.create('other', { x: 1 }), 'ERR_UNKNOWN_TYPE')
})

test('a type may be called id', async (t) => {
  const db = await openFor(t, { schema: { id: { id2: 'string' } } })
  const id = await db.create('id', { id2: 'x' })
  assert.deepStrictEqual(db.get('id', id), { id, id2: 'x' })
})

for (const base of BASE_TYPES) {
  test(`the three ways to write an optional and the two to write a required ${base}`, async (t) => {
    const db = await openFor(t, {
      schema: {
        optional: { a: `${base}?`, b: { type: base, optional: true } },
        required: { a: base, b: { type: base }, c: { type: base, optional: false } }
      }
    })
    const id = await db.create('optional', {})
    assert.deepStrictEqual(db.get('optional', id), { id })
    assert.equal((await rejected(db.create('required', {}), 'ERR_MISSING_FIELD')).type, 'required')
  })
}

test('an enum of one, of 256, of 257 and of 65,536 values', async (t) => {
  for (const count of [1, 256, 257, 65_536]) {
    const values = Array.from({ length: count }, (_, i) => `value${i}`)
    const db = await openFor(t, { schema: { thing: { a: { enum: values }, b: { enum: values, optional: true } } } })
    const ids = await db.createMany('thing', [{ a: values[0] }, { a: values[count - 1], b: values[count >> 1] }])
    assert.deepStrictEqual([...db.scan('thing')], [
      { id: ids[0], a: values[0] }, { id: ids[1], a: values[count - 1], b: values[count >> 1] }
    ])
  }
})

const DANGEROUS = [
  ...ODD_NAMES, '__defineGetter__', 'prototype', 'then', 'toJSON', 'isPrototypeOf', 'default', 'a\'b', 'a\rb',
  '\\u0041', '\0',
  '"];globalThis.injected=1;//', '\');globalThis.injected=1;//', '`+(globalThis.injected=1)+`',
  '${globalThis.injected=1}', '*/globalThis.injected=1/*', '\u2029globalThis.injected=1//', 'a.b', 'a b', 'é',
  'x'.repeat(300), 'arguments', 'await', 'record', 'this'
]
const prototypeKeys = Reflect.ownKeys(Object.prototype).map(String).sort()

const checkUnharmed = () => {
  assert.equal(globalThis.injected, undefined)
  assert.deepStrictEqual(Reflect.ownKeys(Object.prototype).map(String).sort(), prototypeKeys)
  assert.equal(Object.getPrototypeOf({}), Object.prototype)
}

for (const name of DANGEROUS) {
  test(`${JSON.stringify(name.slice(0, 40))} is a name like any other`, async (t) => {
    const schema = put({}, name, put(put({ plain: 'uint8' }, name, 'string?'), `${name}2`, { enum: [name, 'other'] }))
    const db = await openFor(t, { schema })
    const full = put(put({ plain: 1 }, name, 'x'), `${name}2`, name)
    const bare = put({ plain: 2 }, `${name}2`, 'other')
    assert.deepStrictEqual(await Promise.all([db.create(name, full), db.create(name, bare)]), [1, 2])
    assert.deepStrictEqual(db.get(name, 1), put(full, 'id', 1))
    assert.ok(Object.hasOwn(db.get(name, 1), name))
    assert.equal(Object.getPrototypeOf(db.get(name, 1)), Object.prototype)
    assert.deepStrictEqual([...db.scan(name)][1], put(bare, 'id', 2), 'an absent field is absent')
    assert.equal(Object.hasOwn(db.get(name, 2), name), false)

    await db.modify(name, 2, put({}, name, 'given'))
    await db.modify(name, 1, put({}, name, null))
    assert.equal(Object.getOwnPropertyDescriptor(db.get(name, 2), name).value, 'given')
    assert.equal(Object.hasOwn(db.get(name, 1), name), false)

    const error = await rejected(db.modify(name, 1, put({}, name, 5)), 'ERR_INVALID_VALUE')
    assert.equal(error.type, name)
    assert.equal(error.field, name)
    await db.delete(name, 1)
    assert.equal(db.count(name), 1)
    checkUnharmed()
  })
}

test('a required field that is named like a property of every object must be the record\'s own', async (t) => {
  const db = await openFor(t, {
    schema: { a: { toString: 'string' }, b: { constructor: 'json' }, c: { ['__proto__']: 'json' } }
  })
  for (const type of ['a', 'b', 'c']) await rejected(db.create(type, {}), 'ERR_MISSING_FIELD')
  assert.equal(db.count('c'), 0)
})
