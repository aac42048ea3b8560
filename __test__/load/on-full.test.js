'use strict'
// Records from one byte to just under and just over what fits, in rings of three sizes, with both ways of `onFull`.

const assert = require('node:assert/strict')
const test = require('node:test')
const { openFor, outcome, rejected } = require('../support/outcome')
const { checkIdle } = require('../support/state')
const { watchdog } = require('../support/watchdog')
const { limitOf } = require('./support/limit')

const schema = {
  text: { it: 'string' },
  bytes: { it: 'binary' },
  mixed: { n: 'uint32', at: 'float64', it: 'string', more: 'binary?', flag: 'boolean?', id64: 'int64' }
}
const SIZES = [4096, 65536, 2 ** 20]

watchdog(300)

/** For each type, the record whose values of varying size have `bytes` bytes together. */
const RECORDS = {
  text: (bytes) => ({ it: 'x'.repeat(bytes) }),
  bytes: (bytes) => ({ it: new Uint8Array(bytes).fill(bytes) }),
  mixed: (bytes) => {
    const half = bytes >> 1
    return { n: 1, at: 0.5, it: 'y'.repeat(half), more: new Uint8Array(bytes - half), flag: true, id64: -1n }
  }
}

/** From one byte to just over the limit. */
const sizesUpTo = (limit) => {
  const sizes = [1, 2, 3, 7, 8, 9]
  for (let size = 16; size < limit; size *= 4) sizes.push(size, size + 1)
  return [...sizes, limit >> 1, (limit >> 1) + 1, limit - 9, limit - 8, limit - 1, limit, limit + 1, limit + 8, 2 * limit]
}

const eachWay = (call) => {
  for (const maxModifySize of SIZES) {
    for (const onFull of ['wait', 'reject']) {
      for (const workers of [0, 1, 3]) {
        const title = `${maxModifySize} bytes, onFull ${onFull}, ${workers} workers`
        call({ schema, maxModifySize, onFull, workers }, title)
      }
    }
  }
}

const checkCtx = ({ ctx: { start, pos, end }, maxModifySize }) => {
  assert.ok(start >= 0 && start <= pos && pos <= end && end <= maxModifySize, JSON.stringify({ start, pos, end }))
}

eachWay((options, title) => {
  test(`the exact limit is the documented one, ${title}`, async (t) => {
    const db = await openFor(t, options)
    for (const [type, record] of Object.entries(RECORDS)) {
      const limit = limitOf(schema[type], options.maxModifySize)
      let created = 0
      for (let size = limit - 9; size <= limit + 9; size++) {
        const fits = size <= limit
        if (fits) assert.equal(await db.create(type, record(size)), ++created, `${type} of ${size} bytes`)
        else await rejected(db.create(type, record(size)), 'ERR_RECORD_TOO_LARGE')
        if (fits) assert.deepEqual(await db.createMany(type, [record(size)]), [++created])
        else assert.equal((await rejected(db.createMany(type, [record(1), record(size)]), 'ERR_RECORD_TOO_LARGE')).index, 1)
      }
      assert.deepEqual(db.get(type, created), { id: created, ...record(limit) })
    }
    for (const [unit, bytes] of [['é', 2], ['語', 3], ['😀', 4], ['\ud800', 3]]) {
      const most = Math.floor(limitOf(schema.text, options.maxModifySize) / bytes)
      await db.create('text', { it: unit.repeat(most) })
      await rejected(db.create('text', { it: unit.repeat(most + 1) }), 'ERR_RECORD_TOO_LARGE')
    }
    checkIdle(db)
  })

  test(`a record that could never fit leaves the ctx as it was, ${title}`, async (t) => {
    const db = await openFor(t, options)
    const over = limitOf(schema.text, options.maxModifySize) + 1
    const writes = []
    for (let i = 1; i <= 5; i++) {
      writes.push(db.create('text', RECORDS.text(i)), db.modify('text', i, { it: `changed ${i}` }))
      const before = db.stats()
      const refused = [
        db.create('text', RECORDS.text(over)), db.createMany('text', [RECORDS.text(1), RECORDS.text(over)]),
        db.modify('text', 1, RECORDS.text(over)), db.create('bytes', RECORDS.bytes(2 * over))
      ]
      assert.deepEqual(db.stats(), before)
      for (const promise of refused) assert.equal((await outcome(promise)).code, 'ERR_RECORD_TOO_LARGE')
    }
    assert.deepEqual(await Promise.all(writes), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    assert.deepEqual([...db.scan('text')], [1, 2, 3, 4, 5].map((id) => ({ id, it: `changed ${id}` })))
    assert.equal(db.stats().stalls, 0)
    checkIdle(db)
  })

  test(`runs of records of every size, ${title}`, async (t) => {
    const db = await openFor(t, options)
    const expected = { text: [], bytes: [], mixed: [] }
    const pending = []
    let refused = 0
    for (const [type, record] of Object.entries(RECORDS)) {
      const limit = limitOf(schema[type], options.maxModifySize)
      for (const size of sizesUpTo(limit)) {
        for (let i = 0; i < 12; i++) {
          const given = record(size)
          pending.push(outcome(db.create(type, given)).then(({ value, code }) => {
            if (size > limit) assert.equal(code, 'ERR_RECORD_TOO_LARGE')
            else if (code === undefined) expected[type].push({ id: value, ...given })
            else if (options.onFull === 'reject') assert.equal(code, 'ERR_MODIFY_BUFFER_FULL', `${type} of ${size} bytes`)
            else assert.fail(code)
            refused += code === 'ERR_MODIFY_BUFFER_FULL' ? 1 : 0
          }))
        }
        checkCtx(db.stats())
      }
      // The next type finds room whatever this one has left behind.
      await db.drain()
      checkIdle(db)
    }
    await Promise.all(pending)
    for (const [type, rows] of Object.entries(expected)) {
      rows.forEach(({ id }, i) => assert.equal(id, i + 1, 'a refused record takes no id'))
      assert.deepEqual([...db.scan(type)], rows)
    }
    const { stalls } = db.stats()
    t.diagnostic(`${stalls} stalls, ${refused} refused`)
    if (options.workers === 0) assert.equal(stalls, 0)
    if (options.onFull === 'reject') assert.equal(stalls, refused)
    assert.ok(stalls <= pending.length)
  })
})

/** Bytes of a modify beside those of its string, as docs/guarantees.md says it: header, operation, cells. */
const MODIFY = {
  text: 24 + 12 + (4 + 4),
  // Two values of 8 bytes, three of less, one that is cleared, five bytes, the string.
  wide: 24 + 12 + 2 * (4 + 8) + 3 * (4 + 4) + 4 + (4 + 4 + 8) + (4 + 4)
}

for (const maxModifySize of SIZES) {
  test(`the exact limit of a modify, and of a record with enums, is the documented one, ${maxModifySize} bytes`, async (t) => {
    const wide = {
      role: { enum: ['admin', 'guest'] }, place: { enum: Array.from({ length: 300 }, (_, i) => `place ${i}`) },
      at: 'timestamp', big: 'int64', small: 'uint8', flag: 'boolean', gone: 'float64?', bytes: 'binary', it: 'string'
    }
    const db = await openFor(t, { schema: { text: schema.text, wide }, maxModifySize, workers: 1 })
    const values = {
      role: 'guest', place: 'place 7', at: new Date(1), big: -1n, small: 1, flag: true, bytes: new Uint8Array(5)
    }
    await db.create('text', { it: '' })
    // 16 and 2 lengths, the fixed widths, 2 cells of varying size, one optional field, and the bytes.
    const most = maxModifySize - (16 + 2 * 4) - (1 + 2 + 8 + 8 + 1 + 1 + 8) - 2 * 4 - 1 - 5
    assert.equal(await db.create('wide', { ...values, it: 'x'.repeat(most) }), 1)
    await rejected(db.create('wide', { ...values, it: 'x'.repeat(most + 1) }), 'ERR_RECORD_TOO_LARGE')

    const { at, big, small, flag, role, bytes } = values
    for (const [type, changes] of [['text', {}], ['wide', { at, big, small, flag, role, bytes, gone: null }]]) {
      const limit = maxModifySize - MODIFY[type]
      for (let size = limit - 9; size <= limit + 9; size++) {
        const modify = db.modify(type, 1, { ...changes, it: 'x'.repeat(size) })
        if (size <= limit) assert.equal(await modify, 1, `${type} of ${size} bytes`)
        else await rejected(modify, 'ERR_RECORD_TOO_LARGE')
      }
      assert.deepEqual(db.get(type, 1).it, 'x'.repeat(limit))
    }
    checkIdle(db)
  })
}
