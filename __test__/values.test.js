'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor } = require('./support/outcome')
const { BIG_INTEGERS, INTEGERS } = require('./support/stored')

const MAX_FLOAT32 = 3.4028234663852886e38
const SMALLEST_FLOAT32 = 1.401298464324817e-45
const FLOATS = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, SMALLEST_FLOAT32, MAX_FLOAT32, -MAX_FLOAT32]

// Pairs of what is written and what is read; one alone is read as it was written.
const VALUES = {
  string: [
    '', 'a', 'ascii only', '\0', 'a\0b', 'é', 'ñandú', '€', '語', '\uffff', '\ufeffmark', '\ufeff', '😀', '👩‍👩‍👧‍👦',
    '𐀀\u{10ffff}', 'a'.repeat(5000), '語'.repeat(5000), '😀'.repeat(5000), '\u2028\u2029', '\r\n', '\ufffd',
    ['\ud800', '\ufffd'], ['\udc00', '\ufffd'], ['a\ud83d', 'a\ufffd'], ['\ude00b', '\ufffdb'],
    ['\ude00\ud83d', '\ufffd\ufffd'], ['\ud83d\ud83d\ude00', '\ufffd😀'], ['😀\ud83d', '😀\ufffd'],
    ['x\udbffy', 'x\ufffdy']
  ],
  binary: [
    new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(255, 0, 1), Uint8Array.from({ length: 70_000 }, (_, i) => i * 7),
    [Buffer.from('buffer'), Uint8Array.from(Buffer.from('buffer'))],
    [new Uint8Array(new Uint8Array([9, 1, 2, 3, 9]).buffer, 1, 3), Uint8Array.of(1, 2, 3)],
    [new Uint8Array(new SharedArrayBuffer(3)).fill(4), Uint8Array.of(4, 4, 4)]
  ],
  boolean: [true, false],
  float32: [
    ...FLOATS, [0.1, Math.fround(0.1)], [1e-50, 0], [-1e-50, -0], [16_777_217, 16_777_216], [Number.MIN_VALUE, 0]
  ],
  float64: [
    ...FLOATS, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2, 1e300
  ],
  timestamp: [
    new Date(0), new Date(-1), new Date(1), new Date(8.64e15), new Date(-8.64e15), new Date('2024-02-29T23:59:59.999Z')
  ],
  json: [
    null, true, false, 0, -1.5, 1e300, '', 'text', 'ünï😀', '\ud800', [], {}, [null], [[], {}, [1, [2]]],
    { a: { b: { c: [] } } },
    { 'a"b': '\n', constructor: 1, toString: null }, JSON.parse('{"__proto__":{"x":1},"y":2}'),
    Array.from({ length: 5000 }, (_, i) => ({ i })),
    [-0, 0], [NaN, null], [Infinity, null], [[undefined, () => {}, NaN], [null, null, null]],
    [{ a: undefined, b: 1, c: Symbol('c') }, { b: 1 }], [new Date(0), '1970-01-01T00:00:00.000Z'],
    [{ toJSON: () => ({ own: 'way' }) }, { own: 'way' }], [Object('boxed'), 'boxed'], [new Map([[1, 2]]), {}]
  ]
}
for (const [base, [low, high]] of Object.entries(INTEGERS)) {
  VALUES[base] = [low, low + 1, 0, 1, high - 1, high, Math.floor(high / 2), [-0, 0]]
}
for (const [base, [low, high]] of Object.entries(BIG_INTEGERS)) {
  VALUES[base] = [low, low + 1n, 0n, 1n, high - 1n, high, 2n ** 32n, 2n ** 53n + 1n, [-0n, 0n]]
}
VALUES.int64.push(-1n, -(2n ** 32n), -(2n ** 53n) - 1n)

const isPair = (value) => Array.isArray(value) && value.length === 2

for (const [base, values] of Object.entries(VALUES)) {
  const pairs = values.map((value) => isPair(value) ? value : [value, value])
  for (const workers of [0, 1]) {
    test(`${base} values come back as they were written, ${workers} workers`, async (t) => {
      const db = await openFor(t, { schema: { thing: { before: 'uint8?', it: base, after: 'string?' } }, workers })
      const expected = pairs.map(([, read], i) => ({ id: i + 1, it: read }))

      await Promise.all(pairs.map(([written]) => db.create('thing', { it: written })))
      assert.deepStrictEqual([...db.scan('thing')], expected, 'one by one')

      const ids = await db.createMany('thing', pairs.map(([written]) => ({ it: written })))
      assert.deepStrictEqual(ids.map((id) => db.get('thing', id)), expected.map((row, i) => ({ ...row, id: ids[i] })))

      await Promise.all(pairs.map(([written], i) => db.modify('thing', pairs.length - i, { it: written })))
      const reversed = pairs.map(([, read], i) => ({ id: pairs.length - i, it: read })).reverse()
      assert.deepStrictEqual([...db.scan('thing', { to: pairs.length + 1 })], reversed, 'modified')
    })

    test(`optional ${base}: absent, null, given, cleared and given again, ${workers} workers`, async (t) => {
      const db = await openFor(t, { schema: { thing: { it: `${base}?` } }, workers })
      const [written, read] = pairs.at(-1)
      const ids = await db.createMany('thing', [{}, { it: null }, { it: undefined }, { it: written }, {}])
      const given = ids[3]
      for (const id of ids) assert.deepStrictEqual(db.get('thing', id), id === given ? { id, it: read } : { id })
      await db.modify('thing', given, { it: null })
      assert.deepStrictEqual(db.get('thing', given), { id: given })
      await db.modify('thing', given, { it: written })
      await db.modify('thing', given, { it: undefined })
      assert.deepStrictEqual(db.get('thing', given), { id: given, it: read })
      await db.modify('thing', ids[0], { it: written })
      assert.deepStrictEqual(db.get('thing', ids[0]), { id: ids[0], it: read })
      assert.deepStrictEqual(db.get('thing', ids[1]), { id: ids[1] })
    })
  }
}

test('an enum comes back as it was written, also values of odd text', async (t) => {
  const values = ['', 'a', 'A', 'constructor', '__proto__', 'é', '😀', 'a"b', '\n', 'x'.repeat(1000)]
  const db = await openFor(t, { schema: { thing: { it: { enum: values } } } })
  await db.createMany('thing', values.map((it) => ({ it })))
  assert.deepStrictEqual([...db.scan('thing')].map((row) => row.it), values)
})

const HALVES = ['a\ud83d', '\ude00b', '\ud83d', '\ude00', '', '\ud83d', '', '\ude00', 'é\ud83d', '\ude00é']
// Long strings are written apart from short ones: 512 units and more.
const long = 'x'.repeat(511)
const LONG_HALVES = [
  'é\ud83d', `\ude00${long}`, `${long}\ud83d`, '\ude00', '', '\ud83d', '\ude00', long, `x${long}`, 'é\ud83d',
  `\ude00${long}\ud83d`, `\ude00${long}é`, '\ud83d', '\ude00', ''
]
for (const [title, written] of Object.entries({ short: HALVES, 'short and long': LONG_HALVES })) {
  test(`halves of a pair that are neighbours in a column stay apart, ${title}`, async (t) => {
    const db = await openFor(t, { schema: { thing: { a: 'string', b: 'string', c: 'string?' } }, workers: 1 })
    const records = written.map((a, i) => ({ a, b: written.at(-1 - i), ...(i % 2 ? { c: a } : {}) }))
    const wellFormed = (record) => Object.fromEntries(Object.entries(record).map(([k, v]) => [k, v.toWellFormed()]))
    const expected = records.map(wellFormed)
    await Promise.all(records.map((record) => db.create('thing', record)))
    const ids = await db.createMany('thing', records)
    await Promise.all(ids.map((id, i) => db.modify('thing', id, records.at(-1 - i))))
    const rows = [...db.scan('thing')].map(({ id: _id, ...row }) => row)
    assert.deepStrictEqual(rows.slice(0, written.length), expected)
    // A modify does not clear what it was not given.
    const modified = expected.map((row, i) => ({ ...row, ...expected.at(-1 - i) }))
    assert.deepStrictEqual(rows.slice(written.length), modified)
  })
}

test('json text with halves of a pair keeps them', async (t) => {
  const db = await openFor(t, { schema: { thing: { it: 'json' } } })
  await db.createMany('thing', [{ it: 'a\ud83d' }, { it: '\ude00b' }])
  assert.deepStrictEqual([...db.scan('thing')].map((row) => row.it), ['a\ud83d', '\ude00b'])
})

for (const [title, unit] of [['ASCII', 'a'], ['3-byte', '語'], ['4-byte', '😀'], ['mixed', 'aé語😀']]) {
  test(`a string of 2 MiB of ${title} characters`, async (t) => {
    const db = await openFor(t, { schema: { thing: { it: 'string', n: 'uint8' } } })
    const it = unit.repeat(Math.ceil(2 * 1024 * 1024 / Buffer.byteLength(unit)))
    await db.createMany('thing', [{ it, n: 1 }, { it: 'short', n: 2 }])
    assert.ok(db.get('thing', 1).it === it, 'the long string')
    assert.deepStrictEqual(db.get('thing', 2), { id: 2, it: 'short', n: 2 })
    await db.modify('thing', 2, { it })
    assert.ok(db.get('thing', 2).it === it, 'the long string in a modify')
  })
}

test('a Date and a json value are copied on their way in and on their way out', async (t) => {
  const db = await openFor(t, { schema: { thing: { at: 'timestamp', data: 'json' } } })
  const at = new Date(1000)
  const data = { list: [1] }
  const promise = db.create('thing', { at, data })
  at.setTime(5)
  data.list.push(2)
  const id = await promise
  const row = db.get('thing', id)
  assert.deepStrictEqual(row, { id, at: new Date(1000), data: { list: [1] } })
  row.at.setTime(6)
  row.data.list.push(3)
  assert.deepStrictEqual(db.get('thing', id), { id, at: new Date(1000), data: { list: [1] } })
})

test('a record may be a class instance, have no prototype, or be frozen', async (t) => {
  class Thing {
    a = 1
    b = 'x'
    method () {}
  }
  const db = await openFor(t, { schema: { thing: { a: 'uint8', b: 'string' } } })
  const bare = Object.assign(Object.create(null), { a: 2, b: 'y' })
  await db.createMany('thing', [new Thing(), bare, Object.freeze({ b: 'z', a: 3 })])
  assert.deepStrictEqual([...db.scan('thing')],
    [{ id: 1, a: 1, b: 'x' }, { id: 2, a: 2, b: 'y' }, { id: 3, a: 3, b: 'z' }])
})
