'use strict'

/** @type {import('./peer.js').Peer[]} in the order in which they are shown */
exports.peers = [
  require('./millrace.js').millrace,
  require('./millrace.js').createMany,
  require('./millrace.js').oneType,
  require('./lmdb.js').lmdb,
  require('./lmdb.js').lmdbDefaults,
  require('./classic-level.js'),
  require('./rocksdb-native.js'),
  require('./duckdb.js'),
  require('./node-sqlite.js'),
  require('./better-sqlite3.js'),
  require('./worker-threads.js'),
  require('./map.js').map,
  require('./map.js').asyncMap,
  require('./threadsafe-function.js'),
  require('./bare.js').bare,
  require('./bare.js').bareMany,
  require('./bare-get.js')
]
