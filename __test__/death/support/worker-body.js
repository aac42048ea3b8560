'use strict'
// Runs in a Worker. Brings its db into the state that `mode` names, tells the main thread, and stays in it: a loop that
// never ends is ended by `terminate`. The db is one of its own, or of the store at `place` that other threads have too.

const fs = require('node:fs')
const { parentPort, workerData: { mode, place } } = require('node:worker_threads')
const { open } = require('../../..')
const { createMixed, record, schema, types } = require('./program')

const ready = () => parentPort.postMessage(mode)
const spin = () => { for (;;); }

/** Writes until the thread is terminated, without ever leaving the tick. */
const writeForever = (db) => {
  for (let i = 0; ; i++) {
    if (i === 5000) ready()
    db.create(types[i % 4], record[types[i % 4]])
  }
}

const MODES = {
  // Ends by itself: all that was written settles first.
  ends: async (db) => {
    let settled = 0
    for (const write of createMixed(db, 4000)) write.then(() => { settled++ })
    process.on('exit', () => parentPort.postMessage(settled))
  },
  // Far less than makes a run, and the tick never ends.
  undrained: async (db) => {
    await Promise.all(createMixed(db, 8))
    createMixed(db, 100)
    ready()
    spin()
  },
  'in flight': writeForever,
  // The same in a Worker whose heap is soon full.
  'heap full': writeForever,
  // The same in a ring that is always full: the thread waits for room in native code.
  waiting: writeForever,
  // In the callback of a write that settled, with the rest of its batch still to be settled.
  settling: async (db) => {
    createMixed(db, 2000)[500].then(() => {
      ready()
      spin()
    })
  },
  // Anywhere between writing and settling.
  storm: async (db) => {
    for (let tick = 0; ; tick++) {
      if (tick === 2) ready()
      await Promise.all(createMixed(db, 500))
    }
  },
  // Anywhere between opening and closing.
  cycling: async () => {
    for (let cycle = 0; ; cycle++) {
      if (cycle === 2) ready()
      const db = await open({ ...place, schema, workers: 2, maxModifySize: 65536 })
      createMixed(db, 50)
      await db.close()
    }
  },
  // `process.exit` of a Worker ends the Worker only.
  exits: async (db) => {
    createMixed(db, 20_000)
    ready()
    process.exit(3)
  },
  throws: async (db) => {
    createMixed(db, 20_000)
    ready()
    setImmediate(() => { throw new Error('from the Worker') })
  },
  dropped: async () => {
    for (let i = 0; i < 5; i++) await Promise.all(createMixed(await open({ ...place, schema, workers: 1 }), 100))
  }
}

/** Only loads the addon, which is then unloaded again: no db is opened. */
const loads = async () => {
  await open({ schema, workers: -1 }).catch(({ code }) => parentPort.postMessage(code))
}

const options = { ...place, schema, workers: 2, maxModifySize: mode === 'waiting' ? 4096 : undefined }
const done = mode === 'loads' ? loads() : open(options).then(MODES[mode])
done.catch((error) => fs.writeSync(2, `${error.stack}\n`))
