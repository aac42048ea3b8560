'use strict'
// The process ends while several threads write to one durable store: what settled is there again, what its own thread flushed
// as it left is too, and nothing else is harmed.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const { run } = require('../support/child')
const { folderFor } = require('../support/folder')
const { ROUNDS } = require('../support/random')
const { watchdog } = require('../support/watchdog')

const schema = { note: { owner: 'uint32', n: 'uint32', text: 'string' }, other: { owner: 'uint32', n: 'uint32' } }
const THREADS = 4
const PROGRAM = path.join(__dirname, 'programs', 'exits.js')

watchdog(240 * ROUNDS)

/** How the process ends, or its threads do, and what it ends with. */
const WAYS = {
  'process.exit in the main thread': { how: 'exit', where: 'main', code: 7 },
  'an uncaught exception in the main thread': { how: 'throw', where: 'main', code: 1, stderr: /from the program/ },
  'an uncaught exception in one of the threads': { how: 'throw', where: 'thread', code: 1, stderr: /from the program/ },
  'process.exit in each of the threads, one after the other': { how: 'exit', where: 'thread', code: 0 },
  'a natural end': { how: 'end', where: 'main', code: 0 }
}

for (const [way, { how, where, code, stderr = /^$/ }] of Object.entries(WAYS)) {
  for (const durability of ['os', 'disk']) {
    test(`${way} while ${THREADS} threads write to one store, ${durability}`, async (t) => {
      for (let round = 0; round < ROUNDS; round++) {
        const place = { path: folderFor(t), durability }
        const options = { place, schema, threads: THREADS, how, where, ms: 30 + 20 * round }
        const result = await run(`process.argv[2] = ${JSON.stringify(JSON.stringify(options))}; require(${JSON.stringify(PROGRAM)})`, { seconds: 60 })
        assert.deepEqual([result.code, result.signal], [code, null], result.stderr)
        assert.match(result.stderr, stderr)
        await check(place, result.stdout.trim().split('\n').map((line) => JSON.parse(line)))
      }
    })
  }
}

/** Each line says that a thread was told of all of its writes up to a number, or that it flushed as it left. */
const check = async (place, lines) => {
  const db = await open(place)
  const rows = [...db.scan('note')]
  const told = new Map()
  for (const { owner, settled, flushed } of lines) told.set(owner, { settled, isFlushed: flushed === true })
  assert.equal(told.size, THREADS + 1)
  assert.ok([...told.values()].some(({ isFlushed }) => isFlushed))
  for (const [owner, { settled, isFlushed }] of told) {
    // Ids may go down where a thread has left some of its own behind.
    const numbers = rows.filter((row) => row.owner === owner).map(({ n }) => n).sort((a, b) => a - b)
    // In call order, so without a gap.
    assert.deepEqual(numbers, Array.from(numbers, (_, i) => i))
    assert.ok(numbers.length >= settled, `${numbers.length} of ${settled} of ${owner}`)
    if (isFlushed) assert.equal(numbers.length, settled)
  }
  await db.close()
}
