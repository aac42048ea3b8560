'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor, rejected } = require('./support/outcome')

const schema = {
  member: {
    name: 'string?',
    age: 'uint8?',
    big: 'int64?',
    small: 'float32?',
    born: 'timestamp?',
    data: 'binary?',
    on: 'boolean?',
    role: { enum: ['admin', 'guest'], optional: true },
    prefs: 'json?'
  }
}
const LONGEST = 1000

const NAMED = [
  ['age', 300, 'ERR_OUT_OF_RANGE', '300'],
  ['age', -7, 'ERR_OUT_OF_RANGE', '-7'],
  ['age', Infinity, 'ERR_OUT_OF_RANGE', 'Infinity'],
  ['age', NaN, 'ERR_INVALID_VALUE', 'NaN'],
  ['age', 2.5, 'ERR_INVALID_VALUE', '2.5'],
  ['age', 'forty', 'ERR_INVALID_VALUE', 'forty'],
  ['big', 2n ** 63n, 'ERR_OUT_OF_RANGE', '9223372036854775808'],
  ['big', 12, 'ERR_INVALID_VALUE', '12'],
  ['small', 1e39, 'ERR_OUT_OF_RANGE', '1e+39'],
  ['name', 404, 'ERR_INVALID_VALUE', '404'],
  ['on', 'yes', 'ERR_INVALID_VALUE', 'yes'],
  ['born', 'yesterday', 'ERR_INVALID_VALUE', 'yesterday'],
  ['data', 'deadbeef', 'ERR_INVALID_VALUE', 'deadbeef'],
  ['role', 'owner', 'ERR_INVALID_VALUE', 'owner']
]

for (const [field, value, code, shown] of NAMED) {
  test(`${code}: the message names member, ${field} and ${shown}`, async (t) => {
    const db = await openFor(t, { schema })
    const id = await db.create('member', {})
    for (const promise of [
      db.create('member', { [field]: value }), db.createMany('member', [{ [field]: value }]),
      db.modify('member', id, { [field]: value })
    ]) {
      const error = await rejected(promise, code)
      for (const part of ['member', field, shown]) {
        assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`)
      }
    }
  })
}

const LONG = [
  ['age', 'x'.repeat(100_000), 'ERR_INVALID_VALUE'],
  ['age', Array(50_000).fill('element'), 'ERR_INVALID_VALUE'],
  ['age', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, i])), 'ERR_INVALID_VALUE'],
  ['name', new Uint8Array(100_000), 'ERR_INVALID_VALUE'],
  ['role', 'o'.repeat(100_000), 'ERR_INVALID_VALUE'],
  ['big', 1n << 100_000n, 'ERR_OUT_OF_RANGE'],
  ['u'.repeat(100_000), 1, 'ERR_UNKNOWN_FIELD']
]

for (const [field, value, code] of LONG) {
  test(`${code}: a long value of ${field.slice(0, 20)} (${typeof value}) is cut in the message`, async (t) => {
    const db = await openFor(t, { schema })
    const error = await rejected(db.create('member', { [field]: value }), code)
    assert.ok(error.message.length < LONGEST, `${error.message.length} characters`)
    assert.ok(error.message.includes('member') && error.message.includes(field.slice(0, 20)), error.message)
  })
}

test('a record that is too large is not printed whole', async (t) => {
  const db = await openFor(t, { schema, maxModifySize: 4096 })
  const error = await rejected(db.create('member', { name: 'y'.repeat(100_000) }), 'ERR_RECORD_TOO_LARGE')
  assert.ok(error.message.length < LONGEST, `${error.message.length} characters`)
  assert.ok(error.message.includes('member'), error.message)
})

test('an unknown type that is long is cut in the message', async (t) => {
  const db = await openFor(t, { schema })
  const error = await rejected(db.create('t'.repeat(100_000), {}), 'ERR_UNKNOWN_TYPE')
  assert.ok(error.message.length < LONGEST, `${error.message.length} characters`)
})

for (const [title, record] of [
  ['getter', { get age () { throw new RangeError('from the record') } }],
  ['toJSON', { prefs: { toJSON () { throw new RangeError('from the record') } } }],
  ['proxy', new Proxy({ age: 1 }, { get () { throw new RangeError('from the record') } })]
]) {
  test(`ERR_INVALID_VALUE: what a ${title} throws is the cause`, async (t) => {
    const db = await openFor(t, { schema })
    const id = await db.create('member', { age: 9 })
    for (const promise of [
      db.create('member', record), db.modify('member', id, record), db.createMany('member', [{}, record])
    ]) {
      const error = await rejected(promise, 'ERR_INVALID_VALUE')
      assert.ok(error.cause instanceof RangeError, `the cause is ${error.cause}`)
      assert.equal(error.cause.message, 'from the record')
      assert.equal(error.type, 'member')
    }
    const many = await rejected(db.createMany('member', [{}, record]), 'ERR_INVALID_VALUE')
    assert.equal(many.index, 1)
    assert.deepStrictEqual([...db.scan('member')], [{ id, age: 9 }])
  })
}

test('a cycle or a BigInt in json has the TypeError of JSON.stringify as its cause', async (t) => {
  const db = await openFor(t, { schema })
  const cycle = []
  cycle.push(cycle)
  for (const prefs of [cycle, { n: 1n }]) {
    const error = await rejected(db.create('member', { prefs }), 'ERR_INVALID_VALUE')
    assert.equal(error.field, 'prefs')
    assert.ok(error.cause instanceof TypeError, `the cause is ${error.cause}`)
  }
})

test('an error of the package that a getter throws is a cause like any other', async (t) => {
  const db = await openFor(t, { schema })
  const record = { get age () { return db.count('nope') } }
  const error = await rejected(db.create('member', record), 'ERR_INVALID_VALUE')
  assert.equal(error.cause.code, 'ERR_UNKNOWN_TYPE')
  assert.equal(error.type, 'member')
})

test('a getter that throws undefined still rejects', async (t) => {
  const db = await openFor(t, { schema })
  await rejected(db.create('member', { get age () { throw undefined } }), 'ERR_INVALID_VALUE')
})
