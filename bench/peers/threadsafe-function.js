'use strict'

const { loadFloor } = require('../native.js')
const { map } = require('./map.js')

/**
 * The floor of a write that another thread applies: JavaScript wakes a thread, the thread answers by a threadsafe function,
 * and a Map keeps the record.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'threadsafe function',
  use: 'a bare round trip to a native thread (futex there, threadsafe function back), then map.set',
  modes: ['awaited'],
  operations: ['single'],
  async open(workload, job) {
    const { Echo } = loadFloor()
    const store = await map.open(workload, job)
    let answered = () => {}
    const echo = new Echo(() => answered(), false)
    return {
      ...store,
      async create(index) {
        await new Promise((resolve) => {
          answered = () => resolve(undefined)
          echo.call()
        })
        store.create(index)
      },
      close: () => echo.stop()
    }
  }
}
