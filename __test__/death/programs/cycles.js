'use strict'
// Opens, writes and closes again and again: threads and file descriptors return to where they were, and memory does
// not grow after the first fifth of the cycles. Needs --expose-gc: shared buffers put no pressure on V8's collector.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, schema, sleep } = require('../support/program')
const { MIB, residentMemory, returnTo, snapshot } = require('../support/resources')

const { cycles, maxModifySize, mostGrowth } = options
const FIFTH = cycles / 5

main(async () => {
  const before = snapshot()
  const memory = []
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const db = await open({ schema, workers: cycle % 4, maxModifySize })
    const writes = createMixed(db, 400)
    await db.close()
    await Promise.all(writes)
    if (cycle % 10 === 0) {
      // A handle lets go of its function in a turn of the event loop.
      await sleep(1)
      globalThis.gc()
    }
    if (cycle % FIFTH !== 0) continue
    await returnTo(before)
    memory.push(residentMemory() / MIB)
  }
  const growth = memory.at(-1) - memory[0]
  assert.ok(growth < mostGrowth, `memory grew by ${growth.toFixed(1)} MiB: ${memory.map(Math.round)}`)
})
