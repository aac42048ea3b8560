'use strict'

const { open } = require('../../index.js')
const { modes } = require('./peer.js')

/** @type {import('./peer.js').Peer} */
module.exports = {
  name: 'millrace',
  modes,
  async open ({ schema, record }, options) {
    const db = await open({ schema, ...options })
    return {
      tick (first, count) {
        for (let index = first; index < first + count; index++) db.create('member', record(index))
      },
      awaitedTick (first, count) {
        const writes = []
        for (let index = first; index < first + count; index++) writes.push(db.create('member', record(index)))
        return Promise.all(writes)
      },
      settled: () => db.drain(),
      count: () => db.count('member'),
      get (index) {
        const { id, ...row } = db.get('member', index + 1) ?? {}
        return id === index + 1 ? row : undefined
      },
      close: () => db.close()
    }
  }
}
