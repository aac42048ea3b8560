'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'growth',
  title: 'Creates of members into a store that grows',
  operation: 'growth',
  peers: ['millrace'],
  sizes: [{ tick: 1000, count: 20_000_000, rounds: 1 }]
})
