'use strict'

const { makeFolder } = require('./folder.js')
const { promises } = require('./peer.js')
const { Ticks } = require('./ticks.js')

/** Entries of a scan that are read at a time. */
const CAPACITY = 1000

/** @type {import('./peer.js').Peer} */
module.exports = {
  name: 'rocksdb-native',
  package: 'rocksdb-native',
  use: 'one write batch a tick, values by msgpackr, in a folder in memory',
  modes: promises,
  async open(workload) {
    const RocksDB = require('rocksdb-native')
    const { decode, encode, keysOf } = require('./codec.js')
    const { path, remove } = makeFolder()
    const db = new RocksDB(path)
    await db.ready()
    const keyOf = keysOf(workload)

    /** @param {number} capacity @param {(batch: import('rocksdb-native').WriteBatch) => void} fill */
    const write = (capacity, fill) => {
      const batch = db.write({ capacity, autoDestroy: true })
      fill(batch)
      return batch.flush()
    }
    /** @param {number[]} indexes */
    const getMany = (indexes) => {
      const batch = db.read({ capacity: indexes.length, autoDestroy: true })
      const reads = indexes.map(async (index) => {
        const bytes = await batch.get(keyOf(index))
        return bytes === null ? undefined : decode(bytes)
      })
      batch.tryFlush()
      return Promise.all(reads)
    }
    const ticks = new Ticks({
      put: (items) => write(items.length, (batch) => {
        for (const { index, record } of items) batch.tryPut(keyOf(index), encode(record))
      }),
      delete: (indexes) => write(indexes.length, (batch) => {
        for (const index of indexes) batch.tryDelete(keyOf(index))
      }),
      getMany
    }, workload)

    /** @param {(entry: { value: Buffer }) => void} visit */
    const scan = async (visit) => {
      for await (const entry of db.iterator({}, { capacity: CAPACITY })) visit(entry)
    }
    return {
      ...ticks.store,
      async count() {
        let entries = 0
        await scan(() => entries++)
        return entries
      },
      get: async (index) => (await getMany([index]))[0],
      scan: (visit) => scan(({ value }) => visit(decode(value))),
      async close() {
        await db.close()
        remove()
      }
    }
  }
}
