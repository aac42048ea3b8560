'use strict'

const { makeFolder } = require('./folder.js')
const { promises } = require('./peer.js')

/** @typedef {import('./peer.js').Peer} Peer */

/** Ids start at 1, so this key is free for the structures of the records. */
const STRUCTURES = 0
/** A tick of fewer writes is one transaction more cheaply than several. */
const LONG_TICK = 100

/** @typedef {{ root: import('lmdb').Options, db: import('lmdb').Options }} AllOptions of the environment and of each db */

/**
 * What its documentation recommends for speed where nothing must outlive a crash. Several transactions a tick take less
 * time when the tick is waited for, and more when it is not.
 * @param {{ mode: import('./peer.js').Mode, tick: number }} job
 * @returns {AllOptions}
 */
const fastest = ({ mode, tick }) => ({
  root: { noSync: true, noMemInit: true, eventTurnBatching: mode !== 'awaited' || tick < LONG_TICK },
  db: { keyEncoding: 'uint32', sharedStructuresKey: STRUCTURES }
})

/**
 * A put settles once its transaction is committed and can be read.
 * @param {(job: { mode: import('./peer.js').Mode, tick: number }) => AllOptions} optionsOf
 * @returns {Peer['open']}
 */
const openWith = (optionsOf) => async ({ types, shift, record }, job) => {
  const { open } = require('lmdb')
  const { path, remove } = makeFolder()
  const options = optionsOf(job)
  const root = open({ path, ...options.root, maxDbs: types.length })
  const dbs = types.map((name) => root.openDB({ ...options.db, name }))
  const extra = options.db.sharedStructuresKey === undefined ? 0 : 1
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

exports.fastest = fastest

/** @type {Peer} */
exports.lmdb = {
  name: 'lmdb',
  package: 'lmdb',
  use: 'puts; noSync, noMemInit, uint32 keys, shared structures, in a folder in memory',
  modes: promises,
  open: openWith(fastest)
}

/** @type {Peer} */
exports.lmdbDefaults = {
  name: 'lmdb defaults',
  package: 'lmdb',
  use: 'puts; default options, in a folder in memory',
  modes: promises,
  workloads: ['members', 'single', 'get', 'scan'],
  open: openWith(() => ({ root: {}, db: {} }))
}
