'use strict'

const { promises } = require('./peer.js')

/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {import('./peer.js').Workload} Workload */
/** @typedef {import('./peer.js').Fields} Fields */

/** @param {Workload} workload */
async function openStore({ types, fields, shift, record }) {
  const { open } = require('../../index.js')
  const db = await open({ schema: Object.fromEntries(types.map((type) => [type, fields])) })
  const mask = types.length - 1
  const typeOf = (/** @type {number} */ index) => /** @type {string} */ (types[index & mask])
  const idOf = (/** @type {number} */ index) => (index >>> shift) + 1
  /** @type {import('./peer.js').Store} */
  const store = {
    create: (index) => db.create(typeOf(index), record(index)),
    modify: (index, changes) => db.modify(typeOf(index), idOf(index), changes),
    delete: (index) => db.delete(typeOf(index), idOf(index)),
    settled: () => db.drain(),
    count: () => types.reduce((sum, type) => sum + db.count(type), 0),
    get: (index) => db.get(typeOf(index), idOf(index)),
    scan(visit) {
      for (const row of db.scan(typeOf(0))) visit(row)
    },
    close: () => db.close()
  }
  return { db, store }
}

/** @type {Peer} */
exports.millrace = {
  name: 'millrace',
  use: 'db.create, modify and delete, a call a write',
  modes: promises,
  operations: ['create', 'modify', 'delete', 'single', 'get', 'scan', 'growth'],
  open: async (workload) => (await openStore(workload)).store
}

/** What *mixed* is compared with, side by side. @type {Peer} */
exports.oneType = {
  ...exports.millrace,
  name: 'millrace one type',
  use: 'the same with all records of one type',
  operations: ['create'],
  workloads: ['mixed'],
  open: async (workload) => (await openStore({ ...workload, types: workload.types.slice(0, 1), shift: 0 })).store
}

/** @type {Peer} */
exports.createMany = {
  name: 'millrace createMany',
  use: 'one db.createMany a tick, or a tick and type',
  modes: promises,
  operations: ['create'],
  workloads: ['members', 'ticks', 'documents', 'wide', 'mixed'],
  async open(workload) {
    const { db, store } = await openStore(workload)
    const { types, record } = workload
    const mask = types.length - 1
    /** @type {Fields[][]} */
    let records = []
    return {
      ...store,
      begin() {
        records = types.map(() => [])
      },
      create(index) {
        const list = /** @type {Fields[]} */ (records[index & mask])
        list[list.length] = record(index)
      },
      end: () => Promise.all(records.map((list, type) => db.createMany(/** @type {string} */ (types[type]), list)))
    }
  }
}
