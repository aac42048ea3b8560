'use strict'

const { sync } = require('./peer.js')

/**
 * The least that a program which keeps its records can do: Maps that hold the objects. Nothing to wait for.
 * @param {import('./peer.js').Workload} workload
 * @returns {import('./peer.js').Store}
 */
function openMaps({ types, shift, record }) {
  /** @type {Map<number, object>[]} */
  const maps = types.map(() => new Map())
  const mask = types.length - 1
  const mapOf = (/** @type {number} */ index) => /** @type {Map<number, object>} */ (maps[index & mask])
  const idOf = (/** @type {number} */ index) => (index >>> shift) + 1
  return {
    create(index) {
      mapOf(index).set(idOf(index), record(index))
    },
    modify(index, changes) {
      Object.assign(/** @type {object} */ (mapOf(index).get(idOf(index))), changes)
    },
    delete(index) {
      mapOf(index).delete(idOf(index))
    },
    settled() {},
    count: () => maps.reduce((sum, map) => sum + map.size, 0),
    get: (index) => mapOf(index).get(idOf(index)),
    scan(visit) {
      for (const row of mapOf(0).values()) visit(row)
    },
    close() {}
  }
}

/** @type {import('./peer.js').Peer} */
exports.map = { name: 'Map', use: 'map.set(id, object)', modes: sync, open: async (workload) => openMaps(workload) }

/**
 * The same behind async functions: the floor of what promises cost.
 * @type {import('./peer.js').Peer}
 */
exports.asyncMap = {
  name: 'async Map',
  use: 'map.set(id, object) in an async function',
  modes: ['awaited'],
  async open(workload) {
    const maps = openMaps(workload)
    return {
      ...maps,
      create: async (index) => maps.create(index),
      modify: async (index, changes) => maps.modify(index, changes),
      delete: async (index) => maps.delete(index),
      get: async (index) => maps.get(index),
      getMany: (indexes) => Promise.all(indexes.map(async (index) => maps.get(index)))
    }
  }
}
