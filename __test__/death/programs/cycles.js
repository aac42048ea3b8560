'use strict'
// Opens, writes and closes again and again: threads and file descriptors return to where they were, and memory does
// not grow after the first fifth of the cycles.

const assert = require('node:assert/strict')
const { open } = require('../../..')
const { createMixed, main, options, schema } = require('../support/program')
const { MIB, residentMemory, returnTo, snapshot } = require('../support/resources')

const { cycles, maxModifySize, mostGrowth, verbose } = options

main(async () => {
  const before = snapshot()
  let settledMemory = 0
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const db = await open({ schema, workers: cycle % 4, maxModifySize })
    const writes = createMixed(db, 400)
    await db.close()
    await Promise.all(writes)
    if (cycle % (cycles / 5) === 0) await returnTo(before)
    if (cycle === cycles / 5) settledMemory = residentMemory()
    if (verbose && cycle % (cycles / 10) === 0) console.error(cycle, (residentMemory() / MIB).toFixed(1))
  }
  const growth = (residentMemory() - settledMemory) / MIB
  assert.ok(growth < mostGrowth, `memory grew by ${growth.toFixed(1)} MiB`)
})
