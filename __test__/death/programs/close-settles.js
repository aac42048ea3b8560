'use strict'
// `close` with writes un-drained and in flight: all of them have settled when it resolves, each as it must.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, record, schema } = require('../support/program')

const { rounds, workers, maxModifySize } = options

const closeOnce = async (round) => {
  const db = await open({ schema, workers, maxModifySize })
  let settled = 0
  const count = () => { settled++ }
  const inFlight = createMixed(db, (round % 10) * 1000)
  if (round % 2) db.drain().catch(assert.fail)
  const unDrained = createMixed(db, round % 7)
  const many = db.createMany('score', Array(round % 5 * 300).fill(record.score))
  const missing = db.delete('note', 1_000_000)
  for (const write of [...inFlight, ...unDrained, many, missing]) write.then(count, count)
  await db.close()
  // A reaction that was registered before runs no later than one that follows now.
  await Promise.resolve()
  assert.equal(settled, inFlight.length + unDrained.length + 2)
  const ids = await Promise.all([...inFlight, ...unDrained])
  ids.forEach((id, i) => assert.equal(id, i < inFlight.length ? (i >> 2) + 1 : (inFlight.length + i - inFlight.length >> 2) + 1))
  assert.equal((await many).length, round % 5 * 300)
  await assert.rejects(missing, { code: 'ERR_NOT_FOUND' })
}

main(async () => {
  for (let round = 0; round < rounds; round++) await closeOnce(round)
})
