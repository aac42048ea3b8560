'use strict'

const { makeFolder } = require('./folder.js')
const { promises } = require('./peer.js')
const { Ticks } = require('./ticks.js')

/** Entries of a scan that are read at a time, and their bytes. */
const READ = { entries: 1000, bytes: 1024 * 1024 }

/** @type {import('./peer.js').Peer} */
module.exports = {
  name: 'classic-level',
  package: 'classic-level',
  use: 'one db.batch a tick, values by msgpackr, in a folder in memory',
  modes: promises,
  async open(workload) {
    const { ClassicLevel } = require('classic-level')
    const { decode, encode, keysOf } = require('./codec.js')
    const { path, remove } = makeFolder()
    /** @type {import('classic-level').ClassicLevel} */
    const db = new ClassicLevel(path, { keyEncoding: 'buffer', valueEncoding: 'buffer' })
    await db.open()
    const keyOf = keysOf(workload)
    const ticks = new Ticks({
      put: (items) => db.batch(items.map(({ index, record }) => (
        { type: 'put', key: keyOf(index), value: encode(record) }
      ))),
      delete: (indexes) => db.batch(indexes.map((index) => ({ type: 'del', key: keyOf(index) }))),
      getMany: async (indexes) => (await db.getMany(indexes.map(keyOf))).map((bytes) => bytes && decode(bytes))
    }, workload)
    return {
      ...ticks.store,
      count: async () => (await db.keys().all()).length,
      get(index) {
        const bytes = db.getSync(keyOf(index))
        return bytes && decode(bytes)
      },
      async scan(visit) {
        const iterator = db.values({ highWaterMarkBytes: READ.bytes })
        for (let values; (values = await iterator.nextv(READ.entries)).length > 0;) {
          for (const value of values) visit(decode(value))
        }
        await iterator.close()
      },
      async close() {
        await db.close()
        remove()
      }
    }
  }
}
