'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'memory',
  title: 'Memory of 5 million members',
  peers: ['millrace', 'Map'],
  // Memory that a larger store had would be used again.
  sizes: [{ tick: 1000, count: 5_000_000, rounds: 1, warm: 0.04 }]
})
