'use strict'
// Keeps the event loop under full load and prints, as JSON, how long timers, immediates and libuv's pool take beside it.
// The load is that of `beside`: millrace, a Map that gets the same records, or nothing at all.

const { open } = require('../../..')
const { sample } = require('../support/latencies')

const { beside, seconds } = JSON.parse(process.argv[2])
/** Writes of each kind in a tick. */
const WRITES = 250
const TYPES = ['user', 'event']

const record = (n) => ({ name: `name ${n}`, text: 'some text of a usual length', n, at: n / 2 })
const changes = (n) => ({ n, text: 'another text' })

/** A tick creates records, changes those of the last tick and deletes those of the one before, and is paced by `drain`. */
const millrace = async () => {
  const fields = { name: 'string', text: 'string', n: 'uint32', at: 'float64' }
  const db = await open({ schema: { user: fields, event: fields } })
  let next = 1
  return {
    tick: async () => {
      for (let n = next; n < next + WRITES; n++) {
        for (const type of TYPES) {
          db.create(type, record(n))
          if (n > WRITES) db.modify(type, n - WRITES, changes(n))
          if (n > 2 * WRITES) db.delete(type, n - 2 * WRITES)
        }
      }
      next += WRITES
      await db.drain()
    },
    end: async () => {
      const { operations } = db.stats()
      await db.close()
      return operations
    }
  }
}

/** The same with a Map, and a promise for each write. */
const map = async () => {
  const maps = TYPES.map(() => new Map())
  let next = 1
  let operations = 0
  return {
    tick: async () => {
      const promises = []
      for (let n = next; n < next + WRITES; n++) {
        for (const one of maps) {
          promises.push(Promise.resolve(one.set(n, record(n))))
          if (n > WRITES) promises.push(Promise.resolve(Object.assign(one.get(n - WRITES), changes(n))))
          if (n > 2 * WRITES) promises.push(Promise.resolve(one.delete(n - 2 * WRITES)))
        }
      }
      next += WRITES
      operations += promises.length
      await Promise.all(promises)
    },
    end: async () => operations
  }
}

const nothing = async () => ({ tick: undefined, end: async () => 0 })

const main = async () => {
  const load = await { millrace, map, nothing }[beside]()
  let done = false
  const loop = async () => {
    while (!done && load.tick !== undefined) {
      await load.tick()
      await new Promise(setImmediate)
    }
  }
  const looping = loop()
  const rows = await sample(seconds)
  done = true
  await looping
  const operations = await load.end()
  console.log(JSON.stringify({ rows, operations, resident: process.memoryUsage.rss() }))
}

main()
