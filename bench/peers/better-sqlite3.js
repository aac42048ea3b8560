'use strict'

const { sync } = require('./peer.js')
const { openSqlite } = require('./sqlite.js')

/** @type {import('./peer.js').Peer} */
module.exports = {
  name: 'better-sqlite3',
  package: 'better-sqlite3',
  use: 'prepared statements, a transaction a tick, :memory:',
  modes: sync,
  async open(workload) {
    const Database = require('better-sqlite3')
    return openSqlite(new Database(':memory:'), workload)
  }
}
