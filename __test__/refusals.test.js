'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor, rejected } = require('./support/outcome')
const { INTEGERS, BIG_INTEGERS, parseField } = require('./support/stored')
const { Oracle } = require('./support/oracle')

const cyclic = {}
cyclic.self = cyclic
const unprintable = Object.create(null)
const tagged = { get [Symbol.toStringTag] () { throw new Error('tag') } }
const throwing = {
  toString () { throw new Error('toString') },
  [Symbol.toPrimitive] () { throw new Error('primitive') }
}

const WRONG_KINDS = {
  string: [1, true, 1n, {}, [], Symbol('s'), () => 'x', Object('x'), new Date(0)],
  binary: ['x', 1, [1, 2], new ArrayBuffer(2), new Uint16Array(2), new DataView(new ArrayBuffer(2)), {}],
  boolean: [0, 1, 'true', {}, Object(true)],
  float32: ['1', 1n, true, {}, Object(1)],
  float64: ['1', 1n, true, {}, Object(1)],
  timestamp: [0, '2020-01-01', new Date(NaN), {}, 1n],
  json: [1n, cyclic, { deep: [1n] }, () => 1, Symbol('s')]
}
for (const base of Object.keys(INTEGERS)) WRONG_KINDS[base] = [NaN, 0.5, -1.5, 300.5, '1', 1n, true, {}, [1], Object(1)]
for (const base of Object.keys(BIG_INTEGERS)) WRONG_KINDS[base] = [1, NaN, '1', true, {}, Object(1n)]

const OUT_OF_RANGE = {
  float32: [3.5e38, -3.5e38, Number.MAX_VALUE, 3.4028235677973366e38]
}
for (const [base, [low, high]] of Object.entries(INTEGERS)) {
  OUT_OF_RANGE[base] = [low - 1, high + 1, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 1e300]
}
for (const [base, [low, high]] of Object.entries(BIG_INTEGERS)) OUT_OF_RANGE[base] = [low - 1n, high + 1n, 1n << 80n]

const show = (value) => {
  try {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  } catch {
    return typeof value
  }
}

// The value is refused in a create, a createMany and a modify, and the row that was there is as it was.
const refuses = async (t, definition, good, value, code) => {
  const schema = { thing: { first: 'uint8', it: definition, last: 'string?' } }
  const db = await openFor(t, { schema, workers: 0 })
  const record = { first: 1, it: good, last: 'z' }
  const id = await db.create('thing', record)
  const bad = { ...record, it: value }
  for (const write of [
    () => db.create('thing', bad),
    () => db.createMany('thing', [record, bad]),
    () => db.modify('thing', id, { it: value, first: 2 })
  ]) {
    const error = await rejected(write(), code)
    assert.equal(error.type, 'thing')
    assert.equal(error.field, 'it')
  }
  const oracle = new Oracle(schema)
  oracle.create('thing', record)
  assert.deepStrictEqual([...db.scan('thing')], oracle.scan('thing'))
}

const GOOD = {
  string: 'x', binary: new Uint8Array(2), boolean: true, float32: 1, float64: 1, timestamp: new Date(1), json: [1]
}
for (const base of Object.keys(INTEGERS)) GOOD[base] = 1
for (const base of Object.keys(BIG_INTEGERS)) GOOD[base] = 1n

for (const [codes, code] of [[WRONG_KINDS, 'ERR_INVALID_VALUE'], [OUT_OF_RANGE, 'ERR_OUT_OF_RANGE']]) {
  for (const [base, values] of Object.entries(codes)) {
    test(`${code}: ${base} refuses ${values.map(show).join(', ')}`, async (t) => {
      for (const value of values) {
        await refuses(t, base, GOOD[base], value, code)
        await refuses(t, `${base}?`, GOOD[base], value, code)
      }
    })
  }
}

test('ERR_INVALID_VALUE: values that can not be printed', async (t) => {
  for (const base of Object.keys(WRONG_KINDS)) {
    if (base === 'json') continue
    for (const value of [unprintable, throwing, tagged, Symbol('s'), new Proxy({}, {})]) {
      await refuses(t, base, GOOD[base], value, 'ERR_INVALID_VALUE')
    }
  }
})

test('ERR_INVALID_VALUE: an enum takes its own strings only', async (t) => {
  for (const value of ['b', 'A', '', 'constructor', '__proto__', '0', 0, 1, true, {}, ['a'], Object('a')]) {
    await refuses(t, { enum: ['a', 'c'] }, 'a', value, 'ERR_INVALID_VALUE')
    await refuses(t, { enum: ['a', 'c'], optional: true }, 'a', value, 'ERR_INVALID_VALUE')
  }
})

test('every base type is in the tables above', () => {
  const bases = Object.keys(GOOD).map((base) => parseField('it', base).base)
  assert.deepStrictEqual(Object.keys(WRONG_KINDS).sort(), bases.sort())
})
