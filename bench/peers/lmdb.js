'use strict'

const { makeFolder } = require('./folder.js')
const { promises } = require('./peer.js')

/** @typedef {import('./peer.js').Peer} Peer */

/** Ids start at 1, so this key is free for the structures of the records. */
const STRUCTURES = 0
/** Below that, a tick is one transaction more cheaply than several. */
const LONG_TICK = 100

/** @type {import('lmdb').Options} what its documentation recommends for speed where nothing must outlive a crash */
const FASTEST = { noSync: true, noMemInit: true, keyEncoding: 'uint32', sharedStructuresKey: STRUCTURES }

/**
 * A put settles once its transaction is committed and can be read.
 * @param {import('lmdb').Options} options
 * @returns {Peer['open']}
 */
const openWith = (options) => async ({ types, shift, record, operation }, { mode, tick }) => {
  const { open } = require('lmdb')
  const { path, remove } = makeFolder()
  // Several transactions a tick take less time when the tick is waited for, and more when it is not.
  const eventTurnBatching = operation === 'single' || mode !== 'awaited' || tick < LONG_TICK
  const { noSync, noMemInit, ...records } = { ...options, eventTurnBatching }
  const root = open({ path, noSync, noMemInit, eventTurnBatching, maxDbs: types.length })
  const dbs = types.map((name) => root.openDB({ ...records, name }))
  const extra = options.sharedStructuresKey === undefined ? 0 : 1
  const mask = types.length - 1
  const dbOf = (/** @type {number} */ index) => /** @type {import('lmdb').Database} */ (dbs[index & mask])
  const idOf = (/** @type {number} */ index) => (index >>> shift) + 1
  /** @type {Promise<boolean> | undefined} */
  let last
  return {
    create: (index) => (last = dbOf(index).put(idOf(index), record(index))),
    modify(index, changes) {
      const [db, id] = [dbOf(index), idOf(index)]
      return (last = db.put(id, { ...db.get(id), ...changes }))
    },
    delete: (index) => (last = dbOf(index).remove(idOf(index))),
    settled: () => last,
    count: () => dbs.reduce((sum, db) => sum + db.getCount() - extra, 0),
    get: (index) => dbOf(index).get(idOf(index)),
    scan(visit) {
      for (const { value } of dbOf(0).getRange({ start: 1 })) visit(value)
    },
    async close() {
      await root.close()
      remove()
    }
  }
}

/** @type {Peer} */
exports.lmdb = {
  name: 'lmdb',
  package: 'lmdb',
  use: 'puts; noSync, noMemInit, uint32 keys, shared structures, in a folder in memory',
  modes: promises,
  open: openWith(FASTEST)
}

/** @type {Peer} */
exports.lmdbDefaults = {
  name: 'lmdb defaults',
  package: 'lmdb',
  use: 'puts; default options, in a folder in memory',
  modes: promises,
  workloads: ['members', 'single', 'get', 'scan'],
  open: openWith({})
}
