'use strict'

// Random programs on durable stores: what a store holds when it is opened again is what the oracle holds, and it goes on
// from there, its ids too.

const test = require('node:test')
const binding = require('../../binding.js')
const { open } = require('../..')
const { folderFor } = require('../support/folder')
const { Oracle } = require('../support/oracle')
const { FILLER, Program } = require('../support/program')
const { Random, ROUNDS, SEED } = require('../support/random')
const { randomSchema } = require('../support/random-schema')
const { checkState } = require('../support/state')
const { watchdog } = require('../support/watchdog')

const PROGRAMS = 3 * ROUNDS
const TIMES = 3

watchdog(120 + 60 * ROUNDS)

/** The program of `seed`, in as many parts as the store is opened. */
const run = async (t, seed, options, limits) => {
  const random = new Random(seed)
  const schema = randomSchema(random)
  schema[FILLER] = { data: 'binary' }
  const oracle = new Oracle(schema)
  const path = folderFor(t)
  for (let time = 0; time <= TIMES; time++) {
    binding.setLogLimits(...limits)
    const given = time === 0 || random.chance(0.5) ? { ...options, path, schema } : { ...options, path }
    const db = await open(given)
    checkState(db, oracle, random)
    if (time === TIMES) return db.close()
    await new Program(db, oracle, random, false).run(10)
    if (random.chance(0.5)) await db.checkpoint()
    if (random.chance(0.5)) await new Program(db, oracle, random, false).run(5)
    await db.close()
  }
}

for (const workers of [0, 1, 3]) {
  for (const durability of ['os', 'disk']) {
    for (const [name, limits] of [['usual sizes', [0, 0]], ['tiny segments, many checkpoints', [4096, 8192]]]) {
      test(`opened again, it holds what was written: ${workers} workers, ${durability}, ${name}`, async (t) => {
        t.after(() => binding.setLogLimits(0, 0))
        for (let i = 0; i < PROGRAMS; i++) {
          const seed = (SEED + i * 7919) >>> 0
          try {
            await run(t, seed, { workers, durability }, limits)
          } catch (error) {
            error.message = `MILLRACE_SEED=${SEED}, program ${i}: ${error.message}`
            throw error
          }
        }
      })
    }
  }
}
