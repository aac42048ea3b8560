'use strict'

/**
 * The least that a program which keeps its records can do: a Map that holds the objects. Nothing to wait for.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'map.set',
  modes: ['un-awaited'],
  async open ({ record }) {
    /** @type {Map<number, object>} */
    const map = new Map()
    /** @type {import('./peer.js').Store['tick']} */
    const tick = (first, count) => {
      for (let index = first; index < first + count; index++) map.set(index, record(index))
    }
    return {
      tick,
      awaitedTick: async (first, count) => tick(first, count),
      settled: async () => {},
      count: () => map.size,
      get: (index) => map.get(index),
      close: async () => map.clear()
    }
  }
}
