'use strict'

const assert = require('node:assert/strict')
const { Oracle } = require('./oracle')
const { Random } = require('./random')
const { randomRecord } = require('./random-schema')
const { BASE_TYPES } = require('./stored')

/** Bytes of a record, mostly: a field has a share of it. */
const FEW = 1500
/** Enough for strings that are written one by one. */
const MANY = 60_000

/** Every base type and both widths of enums, required and optional. */
const FIELDS = Object.fromEntries([
  ...BASE_TYPES.flatMap((base) => [base, `${base}?`]),
  ...[3, 300].map((count) => ({ enum: Array.from({ length: count }, (_, i) => `value ${i}`) }))
].map((definition, i) => [`field${i}`, definition]))

const schema = { every: FIELDS, text: { text: 'string' }, number: { number: 'uint16' } }

/** Writes thousands of random records with one call after another to a store of these options, and reads them back. */
exports.storesMany = async (open, options, seed) => {
  const random = new Random(seed)
  const db = await open({ schema, ...options })
  const oracle = new Oracle(schema)
  for (const count of [17, 129, 1024, 1025, 2500]) {
    for (const type of Object.keys(schema)) {
      const fields = oracle.fields(type)
      const records = Array.from({ length: type === 'every' ? count >> 2 : count }, () => (
        randomRecord(random, fields, random.chance(0.02) ? MANY : type === 'every' ? FEW : 100)
      ))
      const expected = oracle.createMany(type, records)
      assert.deepStrictEqual({ value: await db.createMany(type, records) }, expected)
    }
  }
  for (const type of Object.keys(schema)) assert.deepStrictEqual([...db.scan(type)], oracle.scan(type), `${type}, seed ${seed}`)
  await db.close()
}
