'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { setImmediate: immediate } = require('node:timers/promises')
const { Oracle } = require('./support/oracle')
const { openFor, outcome } = require('./support/outcome')
const { ROUNDS, Random, SEED } = require('./support/random')
const { checkIdle } = require('./support/state')
const { watchdog } = require('./support/watchdog')

const TYPES = Array.from({ length: 8 }, (_, i) => `type${i}`)
const schema = Object.fromEntries(TYPES.map((type) => [type, { n: 'uint32', text: 'string' }]))
const TICKS = 25
/** Ticks at most, where one worker has had all of the work so far. */
const MOST_TICKS = 500

watchdog(120 + 60 * ROUNDS)

// Much of one type beside little of others, so that workers have backlogs and types move between them.
const writeTick = (random, write) => {
  for (const type of random.shuffled(TYPES).slice(0, random.between(1, TYPES.length))) {
    const many = random.weighted([[3, random.below(20)], [2, random.below(1500)]])
    const record = () => ({ n: random.below(1000), text: 'x'.repeat(random.below(random.pick([1, 20, 200]))) })
    write('createMany', type, Array.from({ length: many }, record))
    for (let i = random.below(200); i > 0; i--) {
      const id = random.below(200) + 1
      if (random.chance(0.05)) write('delete', type, id)
      else write('modify', type, id, { n: i, text: `changed ${i}` })
    }
    if (random.chance(0.3)) write('create', type, record())
  }
}

for (const workers of [0, 1, 2, 4]) {
  for (const maxModifySize of [65536, 2 ** 20, undefined]) {
    test(`each type in call order under load, ${workers} workers, maxModifySize ${maxModifySize}`, async (t) => {
      t.diagnostic(`MILLRACE_SEED=${SEED}`)
      for (let round = 0; round < ROUNDS; round++) {
        const random = new Random(SEED + round)
        const db = await openFor(t, { schema, workers, maxModifySize })
        const oracle = new Oracle(schema)
        const writes = []
        const write = (method, ...args) => {
          writes.push({ method, expected: oracle[method](...args), promise: outcome(db[method](...args)) })
        }
        // The first tick is a tiny one that puts every type on one worker.
        for (const type of TYPES) write('create', type, { n: 1, text: 'first' })
        await immediate()
        // In a small ring no batch is large enough to be worth another worker. In a large one it depends on how busy they are.
        const isSpread = () => (
          workers < 2 || maxModifySize !== undefined || db.stats().workers.filter(({ operations }) => operations > 0).length > 1
        )
        for (let tick = 0; tick < TICKS || (!isSpread() && tick < MOST_TICKS); tick++) {
          writeTick(random, write)
          if (random.chance(0.5)) await immediate()
          else if (random.chance(0.3)) db.drain()
        }
        for (const { method, expected, promise } of writes) assert.deepStrictEqual(await promise, expected, method)
        for (const type of TYPES) assert.deepStrictEqual([...db.scan(type)], oracle.scan(type))
        await db.drain()
        checkIdle(db)
        assert.ok(isSpread(), `one worker had all of the work of ${MOST_TICKS} ticks`)
        await db.close()
      }
    })
  }
}
