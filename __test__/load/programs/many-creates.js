'use strict'
// Millions of creates, 10,000 at a time, with `await db.drain()` every tick: memory beyond what is stored stays flat.
// Prints it for every tenth of the way.

const assert = require('node:assert/strict')
const { open } = require('../../..')

const { creates, mostGrowth } = JSON.parse(process.argv[2])
const MIB = 2 ** 20
const MANY = 10_000
/** Runs walk through all of the ring, which so becomes resident: a small one is, long before the second tenth. */
const MODIFY_BUFFER = 4 * MIB
/** Bytes of a stored record: its field, its bit in the set of live rows, its share of what a page of 1,024 has beside. */
const STORED = 4 + 1 / 8 + 1 / 2

const main = async () => {
  const db = await open({ schema: { point: { value: 'uint32' } }, maxModifySize: MODIFY_BUFFER })
  const records = Array.from({ length: MANY }, (_, value) => ({ value }))
  const beyond = []
  for (let created = MANY; created <= creates; created += MANY) {
    const ids = db.createMany('point', records)
    await db.drain()
    assert.equal((await ids)[MANY - 1], created)
    if (created % (creates / 10) !== 0) continue
    const resident = process.memoryUsage.rss()
    const rest = (resident - created * STORED) / MIB
    beyond.push(rest)
    console.log(`${created / 1e6} million creates: ${(resident / MIB).toFixed(1)} MiB, ${rest.toFixed(1)} beyond the records`)
  }
  assert.equal(db.count('point'), creates)
  assert.deepEqual(db.get('point', creates), { id: creates, value: MANY - 1 })
  // The first tenths are for the JavaScript heap to find its size.
  const growth = beyond.at(-1) - beyond[1]
  console.log(`grew by ${growth.toFixed(1)} MiB beyond the records from the second tenth on`)
  assert.ok(growth < mostGrowth, 'memory beyond the records is flat')
  await db.close()
}

main()
