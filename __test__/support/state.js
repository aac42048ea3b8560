'use strict'

const assert = require('node:assert/strict')

const rows = (iterator) => [...iterator]

const checkScan = (db, oracle, type, options) => {
  assert.deepStrictEqual(rows(db.scan(type, options)), oracle.scan(type, options),
    `scan of ${JSON.stringify(type)} with ${JSON.stringify(options)}`)
}

const randomRange = (random, lastId) => {
  const options = {}
  if (random.chance(0.6)) options.from = random.below(lastId + 3)
  if (random.chance(0.6)) options.to = random.below(lastId + 3)
  if (random.chance(0.6)) options.limit = random.below(lastId + 3)
  if (random.chance(0.5)) options.reverse = random.chance(0.7)
  return options
}

/** Asserts that every read of `db` gives what the oracle holds. */
const checkState = (db, oracle, random) => {
  for (const type of oracle.types) {
    const lastId = oracle.lastId(type)
    assert.equal(db.count(type), oracle.count(type), `count of ${JSON.stringify(type)}`)
    for (let id = 0; id <= lastId + 2; id++) {
      assert.equal(db.has(type, id), oracle.has(type, id), `has of ${JSON.stringify(type)} ${id}`)
      assert.deepStrictEqual(db.get(type, id), oracle.get(type, id), `get of ${JSON.stringify(type)} ${id}`)
    }
    checkScan(db, oracle, type)
    checkScan(db, oracle, type, { reverse: true })
    checkScan(db, oracle, type, randomRange(random, lastId))
  }
}

/** Asserts that nothing is in flight and nothing waits to be handed over; workers may be busy with what other dbs wrote. */
const checkIdle = (db, isAlone = true) => {
  const { ctx, inFlight, maxModifySize, workers } = db.stats()
  assert.deepStrictEqual(inFlight, { batches: 0, bytes: 0 })
  assert.equal(ctx.pos, ctx.start, 'the run is empty')
  assert.ok(ctx.start >= 0 && ctx.start <= ctx.end && ctx.end <= maxModifySize, JSON.stringify(ctx))
  if (!isAlone) return
  for (const worker of workers) {
    assert.deepStrictEqual(worker.processing, [])
    assert.equal(worker.remaining, 0)
  }
}

module.exports = { checkIdle, checkState }
