'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'growth',
  title: 'Creates of members into a store that grows',
  operation: 'growth',
  peers: ['millrace'],
  // V8's young generation finds its size in the first millions: a create's cost would be said to fall with the store's size.
  sizes: [{ tick: 1000, count: 20_000_000, warm: 0.15 }]
})
