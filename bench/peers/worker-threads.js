'use strict'

const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const { promises } = require('./peer.js')
const { Ticks } = require('./ticks.js')

/** @typedef {import('./store-thread.js').Call} Call */

/** Rows of a scan that travel at a time. */
const ROWS = 1000

/**
 * A Map in a worker thread of Node, one message a tick.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'worker_threads',
  use: 'one postMessage a tick to a worker that keeps a Map, and one back',
  modes: promises,
  async open(workload) {
    const worker = new Worker(join(__dirname, 'store-thread.js'))
    await once(worker, 'online')
    /** @type {((answer: any) => void)[]} answers come in the order of the calls */
    const waiting = []
    worker.on('message', (answer) => waiting.shift()?.(answer))

    /** @param {Call} call @returns {Promise<any>} */
    const ask = (call) => new Promise((resolve) => {
      waiting.push(resolve)
      worker.postMessage(call)
    })
    const ticks = new Ticks({
      put: (items) => ask({ put: items }),
      modify: (items) => ask({ modify: items }),
      delete: (indexes) => ask({ delete: indexes }),
      getMany: (indexes) => ask({ get: indexes })
    }, workload)
    return {
      ...ticks.store,
      count: () => ask({ count: true }),
      get: async (index) => (await ask({ get: [index] }))[0],
      async scan(visit) {
        /** @type {object[]} */
        let rows
        for (let from = 0; (rows = await ask({ scan: from, limit: ROWS })).length > 0; from += ROWS) rows.forEach(visit)
      },
      close: async () => void await worker.terminate()
    }
  }
}
