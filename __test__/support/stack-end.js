'use strict'
// Writes at the end of the stack, so many frames above it, and what becomes of those around them.

const assert = require('node:assert/strict')
const { outcome } = require('./outcome')

/** Frames above the end of the stack. The first is enough for V8's compiler: what it has not compiled fails there. */
const DEPTHS = [700, ...Array.from({ length: 40 }, (_, i) => i + 1)]
/** How far the stack is shifted, up to about a frame. */
const SHIFTS = 20

const fields = { n: 'uint32', a: 'string', b: 'string?', c: 'binary?' }

/** Calls `f` with so many frames left, with the stack shifted by `shift` words; says whether it was called. */
const callAtEnd = (f, left, shift) => {
  let called = false
  const deeper = () => {
    let above
    try {
      above = deeper()
    } catch (error) {
      if (called) throw error
      return 1
    }
    if (above === left && !called) {
      called = true
      f()
    }
    return above + 1
  }
  try {
    Reflect.apply(deeper, null, Array.from({ length: shift }))
  } catch (error) {
    assert.ok(error instanceof RangeError, error.stack)
  }
  return called
}

/** Which records `create` and `modify` get: `before` of them in the frame already, with strings of `units`. */
const CASES = [{ before: 16, units: 8 }, { before: 3, units: 8 }, { before: 3, units: 600 }]

exports.writesAtStackEnd = async (open) => {
  for (const { before, units } of CASES) {
    const record = (n) => ({ n, a: `a${n}`.padEnd(units, '.'), b: `b${n}`.padEnd(units, ':'), c: Uint8Array.of(n) })
    for (let shift = 0; shift < SHIFTS; shift++) {
      const types = DEPTHS.map((depth) => `type${depth}`)
      const db = await open({ schema: Object.fromEntries(types.map((type) => [type, fields])), workers: 1 })
      for (const [at, type] of types.entries()) {
        const check = (id, expected) => assert.deepEqual({ ...db.get(type, id) }, { id, ...expected })
        const first = Array.from({ length: before }, (_, n) => db.create(type, record(n)))
        let deep
        callAtEnd(() => { deep = outcome(db.create(type, record(100))) }, DEPTHS[at], shift)
        const later = [200, 201].map((n) => db.create(type, record(n)))
        ;(await Promise.all(first)).forEach((id, n) => check(id, record(n)))
        ;(await Promise.all(later)).forEach((id, i) => check(id, record(200 + i)))
        const { value } = await deep ?? {}
        if (value !== undefined) check(value, record(100))

        const [one, two, three] = await Promise.all(later.concat(first[0]))
        const changes = (n) => ({ a: record(n).a, b: null, c: record(n).c })
        const earlier = db.modify(type, one, changes(300))
        deep = undefined
        callAtEnd(() => { deep = outcome(db.modify(type, two, changes(301))) }, DEPTHS[at], shift)
        await Promise.all([earlier, db.modify(type, three, changes(302)), db.delete(type, await first[1])])
        check(one, { n: 200, a: changes(300).a, c: changes(300).c })
        assert.equal(db.get(type, three).a, changes(302).a)
        const result = await deep
        if (result?.value !== undefined) assert.equal(db.get(type, two).a, changes(301).a)
      }
      await db.close()
    }
  }
}
