'use strict'

const assert = require('node:assert/strict')
const { createHook } = require('node:async_hooks')
const path = require('node:path')
const test = require('node:test')
const { run } = require('./support/child')
const { openFor, outcome, rejected } = require('./support/outcome')
const { watchdog } = require('./support/watchdog')

const schema = {
  user: { name: 'string', age: 'uint32', data: 'json?', mail: 'string?' },
  event: { text: 'string' }
}
const inner = { name: 'inner', age: 1 }

watchdog(120)

// A record whose `name` calls `work` while it is read.
const reading = (work, rest = { age: 2 }) => ({
  get name () {
    work()
    return 'outer'
  },
  ...rest
})

for (const workers of [0, 1, 2]) {
  const options = { schema, workers }

  test(`a getter that creates a record of the same type is just two writes, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    let nested
    const outer = db.create('user', reading(() => { nested = db.create('user', inner) }))
    const [outerId, innerId] = await Promise.all([outer, nested])
    assert.deepStrictEqual([outerId, innerId].sort(), [1, 2])
    assert.deepStrictEqual(db.get('user', innerId), { id: innerId, ...inner })
    assert.deepStrictEqual(db.get('user', outerId), { id: outerId, name: 'outer', age: 2 })
    assert.equal(await db.create('user', inner), 3)
  })

  test(`a getter that writes to another type is just two writes, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    let nested
    const outer = db.create('user', reading(() => { nested = db.create('event', { text: 'seen' }) }))
    assert.deepStrictEqual(await Promise.all([outer, nested]), [1, 1])
    assert.deepStrictEqual(db.get('event', 1), { id: 1, text: 'seen' })
    assert.deepStrictEqual(db.get('user', 1), { id: 1, name: 'outer', age: 2 })
  })

  test(`getters that write 1,000 times in one record, ${workers} workers`, async (t) => {
    const db = await openFor(t, { ...options, maxModifySize: 4096 })
    const nested = []
    const outer = db.create('user', reading(() => {
      for (let i = 0; i < 1000; i++) nested.push(db.create('user', { name: `inner ${i}`, age: i }))
    }))
    const outerId = await outer
    const ids = await Promise.all(nested)
    assert.deepStrictEqual([...ids, outerId].sort((a, b) => a - b), Array.from({ length: 1001 }, (_, i) => i + 1))
    ids.forEach((id, i) => assert.deepStrictEqual(db.get('user', id), { id, name: `inner ${i}`, age: i }))
    assert.deepStrictEqual(db.get('user', outerId), { id: outerId, name: 'outer', age: 2 })
  })

  test(`a getter nested in a getter, ten deep, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const writes = []
    const nest = (depth) => {
      writes.push(db.create('user', reading(() => { if (depth < 10) nest(depth + 1) }, { age: depth })))
    }
    nest(1)
    await Promise.all(writes)
    assert.deepStrictEqual([...db.scan('user')].map(({ age }) => age).sort((a, b) => a - b),
      Array.from({ length: 10 }, (_, i) => i + 1))
  })

  test(`a getter that calls drain, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const before = db.create('user', inner)
    let drained
    const outer = db.create('user', reading(() => { drained = db.drain() }))
    const after = db.create('user', { name: 'after', age: 3 })
    assert.equal(await drained, undefined)
    assert.deepStrictEqual(await Promise.all([before, outer, after]), [1, 2, 3])
    assert.deepStrictEqual([...db.scan('user')].map(({ name }) => name), ['inner', 'outer', 'after'])
  })

  for (const call of ['create', 'createMany', 'modify']) {
    test(`a getter that closes the store during ${call}, ${workers} workers`, async (t) => {
      const db = await openFor(t, options)
      const before = db.create('user', inner)
      let closing
      const record = reading(() => { closing = db.close() })
      const args = { create: [record], createMany: [[inner, record]], modify: [1, record] }
      await rejected(db[call]('user', ...args[call]), 'ERR_CLOSED')
      assert.equal(await before, 1)
      assert.equal(await closing, undefined)
      assert.equal(db.closed, true)
    })
  }

  test(`a getter in a createMany that creates, modifies and deletes, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const [first, second] = await db.createMany('user', [inner, inner])
    let nested
    const ids = await db.createMany('user', [
      { name: 'many 1', age: 10 },
      reading(() => {
        nested = [db.create('user', inner), db.modify('user', first, { age: 99 }), db.delete('user', second)]
      }),
      { name: 'many 3', age: 30 }
    ])
    const [created] = await Promise.all(nested)
    assert.deepStrictEqual(ids.map((id) => db.get('user', id).name), ['many 1', 'outer', 'many 3'])
    assert.deepStrictEqual(db.get('user', created), { id: created, ...inner })
    assert.equal(db.get('user', first).age, 99)
    assert.equal(db.has('user', second), false)
    assert.deepStrictEqual([...ids, created].sort((a, b) => a - b), [3, 4, 5, 6])
  })

  test(`changes whose getter modifies the same row come last, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const id = await db.create('user', inner)
    let nested
    const outer = db.modify('user', id, reading(() => { nested = db.modify('user', id, { name: 'nested', age: 50 }) }))
    assert.deepStrictEqual(await Promise.all([outer, nested]), [id, id])
    assert.deepStrictEqual(db.get('user', id), { id, name: 'outer', age: 2 })
  })

  test(`changes whose getter deletes the row find none, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const id = await db.create('user', inner)
    let nested
    const outer = db.modify('user', id, reading(() => { nested = db.delete('user', id) }))
    await rejected(outer, 'ERR_NOT_FOUND')
    assert.equal(await nested, id)
  })

  test(`a toJSON that writes, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    const nested = []
    const data = {
      toJSON () {
        nested.push(db.create('user', { ...inner, data: { nested: true } }), db.create('event', { text: 'json' }))
        return { outer: true }
      }
    }
    const id = await db.create('user', { name: 'outer', age: 2, data, mail: 'm' })
    const [innerId] = await Promise.all(nested)
    assert.deepStrictEqual(db.get('user', id), { id, name: 'outer', age: 2, data: { outer: true }, mail: 'm' })
    assert.deepStrictEqual(db.get('user', innerId), { id: innerId, ...inner, data: { nested: true } })
    assert.equal(nested.length, 2, 'toJSON ran once')
    assert.equal(db.count('event'), 1)
  })

  test(`a getter that writes and then throws: its own writes stay, ${workers} workers`, async (t) => {
    const db = await openFor(t, options)
    let nested
    const outer = db.create('user', reading(() => {
      nested = db.create('user', inner)
      throw new Error('after the write')
    }))
    const error = await rejected(outer, 'ERR_INVALID_VALUE')
    assert.equal(error.cause.message, 'after the write')
    assert.equal(await nested, 1)
    assert.deepStrictEqual([...db.scan('user')], [{ id: 1, ...inner }])
  })
}

test('each property is read once, also through a proxy', async (t) => {
  const db = await openFor(t, { schema, workers: 0 })
  const reads = []
  const target = { name: 'proxy', age: 5, data: [1], mail: 'm' }
  const proxy = () => new Proxy(target, {
    get (object, key) {
      reads.push(key)
      // A second read would find something that the field refuses.
      return reads.filter((read) => read === key).length > 1 ? Symbol('second read') : object[key]
    }
  })
  for (const write of [
    () => db.create('user', proxy()), () => db.modify('user', 1, proxy()), () => db.createMany('user', [proxy()])
  ]) {
    reads.length = 0
    await write()
    assert.deepStrictEqual(reads.filter((key) => Object.hasOwn(target, key)).sort(), Object.keys(target).sort())
  }
  assert.deepStrictEqual([...db.scan('user')], [{ id: 1, ...target }, { id: 2, ...target }])
})

test('a proxy that hides and invents keys is data like any other', async (t) => {
  const db = await openFor(t, { schema })
  const hiding = new Proxy({ name: 'x', age: 1, extra: 1 }, { ownKeys: () => ['name', 'age'] })
  assert.equal(await db.create('user', hiding), 1)
  const inventing = new Proxy({ name: 'x', age: 1 }, {
    ownKeys: () => ['name', 'age', 'extra'],
    getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true })
  })
  await rejected(db.create('user', inventing), 'ERR_UNKNOWN_FIELD')
  assert.deepStrictEqual(db.get('user', 1), { id: 1, name: 'x', age: 1 })
})

test('a revoked proxy is refused', async (t) => {
  const db = await openFor(t, { schema })
  const { proxy, revoke } = Proxy.revocable({ name: 'x', age: 1 }, {})
  revoke()
  const error = await rejected(db.create('user', proxy), 'ERR_INVALID_VALUE')
  assert.ok(error.cause instanceof TypeError)
})

for (const [title, change] of [
  ['grows', (records) => { records.push(inner) }],
  ['shrinks', (records) => { records.length = 1 }],
  ['is emptied', (records) => { records.length = 0 }]
]) {
  test(`an array of records that ${title} while it is read`, async (t) => {
    const db = await openFor(t, { schema })
    const records = [inner, inner, inner, inner]
    records[1] = reading(() => change(records))
    // Either what is left of it is written, or a hole in it is no record.
    const { value: ids = [], code } = await outcome(db.createMany('user', records))
    assert.ok(code === undefined || code === 'ERR_INVALID_ARGUMENT', code)
    assert.equal(db.count('user'), ids.length, 'an id for each row')
    assert.deepStrictEqual(ids, ids.map((_, i) => i + 1))
    assert.equal(await db.create('user', inner), ids.length + 1, 'no id is given twice')
  })
}

// Calls `work` in a hook where the first promise of `write` is made, or its tick is scheduled.
function hooked (where, write, work) {
  let isInside = false
  const hook = createHook({
    init (id, type) {
      if (type !== where || isInside) return
      isInside = true
      work()
    }
  })
  hook.enable()
  try {
    return write()
  } finally {
    hook.disable()
  }
}

for (const [workers, where] of [[0, 'PROMISE'], [1, 'PROMISE'], [0, 'TickObject'], [1, 'TickObject']]) {
  test(`a hook of a ${where} hands the run over, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    const before = db.create('user', inner)
    let drained
    const drain = () => { drained = db.drain() }
    const created = hooked(where, () => db.create('user', inner), drain)
    await drained
    const missing = hooked(where, () => db.delete('user', 77), drain)
    await drained
    assert.deepStrictEqual(await Promise.all([before, created]), [1, 2])
    await rejected(missing, 'ERR_NOT_FOUND')
    assert.equal(await db.create('user', inner), 3)
  })

  test(`a hook of a ${where} writes beside a write that fails, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    assert.equal(await db.create('user', inner), 1)
    let nested
    const missing = hooked(where, () => db.modify('user', 77, { age: 2 }), () => { nested = db.modify('user', 1, { age: 3 }) })
    assert.equal(await nested, 1)
    await rejected(missing, 'ERR_NOT_FOUND')
    const found = hooked(where, () => db.modify('user', 1, { age: 4 }), () => { nested = db.modify('user', 77, { age: 5 }) })
    await rejected(nested, 'ERR_NOT_FOUND')
    assert.equal(await found, 1)
    assert.equal(db.get('user', 1).age, 4)
  })

  test(`a hook of a ${where} closes the store, ${workers} workers`, async (t) => {
    const db = await openFor(t, { schema, workers })
    let closing
    const created = hooked(where, () => db.create('user', inner), () => { closing = db.close() })
    assert.equal(await created, 1)
    await closing
  })
}

for (const where of ['the same db', 'another db']) {
  test(`a hook that runs where a promise is made writes to ${where}`, async (t) => {
    const db = await openFor(t, { schema })
    const other = where === 'another db' ? await openFor(t, { schema }) : db
    const nested = []
    let isInside = false
    const hook = createHook({
      init (id, type) {
        if (type !== 'PROMISE' || isInside) return
        isInside = true
        nested.push(other.create('event', { text: 'from a hook' }))
        isInside = false
      }
    })
    const writes = []
    hook.enable()
    for (let i = 0; i < 100; i++) writes.push(db.create('user', { name: `${i}`, age: i }))
    hook.disable()
    const ids = Array.from({ length: 100 }, (_, i) => i + 1)
    assert.deepStrictEqual(await Promise.all(writes), ids)
    assert.deepStrictEqual(await Promise.all(nested), ids)
  })
}

for (const [workers, maxModifySize] of [[1, 1 << 20], [0, 1 << 20], [1, 4096]]) {
  test(`modifies and deletes at the end of the stack fail alone, ${workers} workers, maxModifySize ${maxModifySize}`, async (t) => {
    const db = await openFor(t, { schema, workers, maxModifySize })
    assert.equal(await db.create('user', inner), 1)
    // Once V8 has compiled them, frames are as large as they stay.
    for (let i = 0; i < 500; i++) await rejected(db.delete('user', 77), 'ERR_NOT_FOUND')
    for (let shift = 0; shift < 20; shift++) {
      // Stores that call nothing: at the end of the stack a promise must not get lost.
      const writes = Array.from({ length: 600 })
      const isMissing = Array.from({ length: 600 }, () => false)
      let count = 0
      const deeper = (depth) => {
        try {
          deeper(depth + 1)
        } catch {}
        if (count >= writes.length) return
        try {
          writes[count] = depth % 2 === 0 ? db.delete('user', 77) : db.modify('user', 1, { age: depth })
          isMissing[count++] = depth % 2 === 0
        } catch {}
      }
      const begin = (frames) => (frames === 0 ? deeper(0) : begin(frames - 1))
      begin(shift)
      const outcomes = await Promise.all(writes.slice(0, count).map(outcome))
      assert.equal(count, writes.length)
      // Some have too little stack to be written.
      outcomes.forEach(({ code }, i) => {
        assert.ok([isMissing[i] ? 'ERR_NOT_FOUND' : undefined, 'ERR_INVALID_VALUE'].includes(code), `${isMissing[i]} ${code}`)
      })
    }
  })
}

test('a proxy of an array that is empty when it is read', async (t) => {
  const db = await openFor(t, { schema })
  let looks = 0
  const records = new Proxy([inner], {
    get: (array, key) => (key === 'length' && looks++ > 0 ? 0 : Reflect.get(array, key))
  })
  assert.deepStrictEqual(await db.createMany('user', records), [])
  assert.equal(db.count('user'), 0)
})

test('writes at the end of the stack leave those around them alone', async (t) => {
  const db = await openFor(t, { schema })
  const settled = []
  let overflows = 0
  const deeper = () => {
    try {
      deeper()
    } catch {
      overflows++
    }
    // Some of them have too little stack: they throw, reject, or are written.
    if (overflows < 300) {
      try {
        settled.push(outcome(db.create('event', { text: 'deep' })))
      } catch {
        overflows++
      }
    }
  }
  const before = db.create('user', inner)
  deeper()
  const after = db.create('user', inner)
  assert.deepStrictEqual(await Promise.all([before, after]), [1, 2])
  await Promise.all(settled)
  await db.drain()
  assert.equal(await db.create('user', inner), 3)
})

for (const flags of [[], ['--disallow-code-generation-from-strings']]) {
  test(`at the end of the stack a write leaves the ids and the records of others alone ${flags}`, async () => {
    const { code, signal, stdout } = await run(`
      const { writesAtStackEnd } = require(${JSON.stringify(path.join(__dirname, 'support', 'stack-end.js'))})
      // At the end of the stack there may be no room to add a handler.
      process.on('unhandledRejection', () => {})
      writesAtStackEnd(open).then(() => console.log('as they should be'), (error) => console.log(error.message))
    `, { flags: ['--stack-size=150', ...flags], seconds: 60 })
    assert.deepStrictEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: 'as they should be\n' })
  })
}
