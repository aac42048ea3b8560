'use strict'

const { sync } = require('./peer.js')
const { openSqlite } = require('./sqlite.js')

/** @type {import('./peer.js').Peer} */
module.exports = {
  name: 'node:sqlite',
  use: 'prepared statements, a transaction a tick, :memory:',
  node: 24,
  modes: sync,
  async open(workload) {
    const { DatabaseSync } = require('node:sqlite')
    return openSqlite(new DatabaseSync(':memory:'), workload)
  }
}
