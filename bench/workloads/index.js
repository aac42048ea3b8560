'use strict'

/** @type {import('./workload.js').Workload[]} in the order in which they run and are shown */
exports.workloads = [
  require('./members.js'),
  require('./ticks.js'),
  require('./documents.js'),
  require('./wide.js'),
  require('./mixed.js'),
  require('./modify.js'),
  require('./delete.js'),
  require('./single.js'),
  require('./get.js'),
  require('./scan.js'),
  require('./memory.js'),
  require('./growth.js')
]
