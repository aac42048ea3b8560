'use strict'
// Reads on the main thread while workers write the same type: every row is whole, every scan shows one moment. The long
// form is part of `npm run check:load`.

const assert = require('node:assert/strict')
const test = require('node:test')
const { watchdog } = require('../support/watchdog')
const { LOADS, readWhileWriting } = require('./support/reading')

watchdog(120)

for (const workers of [0, 1, 3]) {
  for (const [name, load] of Object.entries(LOADS)) {
    // A tenth of the window is enough for a short run.
    const short = { ...load, window: load.window / 10, fresh: load.fresh / 10 }
    for (const maxModifySize of [65536, undefined]) {
      test(`reads beside writes, ${name}, ${workers} workers, maxModifySize ${maxModifySize}`, async () => {
        const { get, scan, overlapped, operations } = await readWhileWriting({ ...short, workers, maxModifySize, seconds: 0.15 })
        assert.ok(get.count > 0 && scan.count > 0 && operations > 0)
        if (workers === 0) assert.deepEqual(overlapped, { gets: 0, scans: 0 })
      })
    }
  }
}
