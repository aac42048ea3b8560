'use strict'
// After load, a db that is left alone costs nothing: prints the share of a core that the process takes, in percent.

const { open } = require('../../..')

const { seconds, workers } = JSON.parse(process.argv[2])
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const main = async () => {
  const db = await open({ schema: { note: { text: 'string' }, point: { value: 'uint32' } }, workers })
  for (let tick = 0; tick < 200; tick++) {
    for (let i = 0; i < 1000; i++) {
      db.create('note', { text: `note ${i}` })
      db.create('point', { value: i })
    }
    await db.drain()
  }
  // Garbage collection and Node's own idle work are not meant.
  globalThis.gc()
  await sleep(1000)
  const before = process.cpuUsage()
  const started = performance.now()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  console.log(((user + system) / 10 / (performance.now() - started)).toFixed(4))
  await db.close()
}

main()
