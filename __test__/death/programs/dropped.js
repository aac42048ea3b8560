'use strict'
// Handles that are dropped without `close`, some with writes in flight: all of those settle, and the handles' threads
// and memory go away once they are garbage collected.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, schema } = require('../support/program')
const { MIB, residentMemory, returnTo, snapshot } = require('../support/resources')

let written = 0
let settled = 0
const count = () => { settled++ }

const dropOne = async (i) => {
  const db = await open({ schema, workers: i % 3, maxModifySize: 2 ** 20 })
  const writes = createMixed(db, (i % 4) * 3000)
  for (const write of writes) write.then(count)
  written += writes.length
  if (i % 2) await Promise.all(writes)
}

const dropMany = async () => {
  for (let i = 0; i < options.handles; i++) await dropOne(i)
}

main(async () => {
  const before = snapshot()
  const memory = []
  for (let round = 0; round < options.rounds; round++) {
    await dropMany()
    await returnTo(before, globalThis.gc)
    assert.equal(settled, written)
    memory.push(residentMemory() / MIB)
  }
  const growth = memory.at(-1) - memory[Math.floor(memory.length / 2)]
  assert.ok(growth < options.mostGrowth, `memory grew by ${growth.toFixed(1)} MiB: ${memory.map(Math.round)}`)
})
