'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'delete',
  title: 'Deletes of members, all of them, in random order',
  operation: 'delete',
  sizes: [{ tick: 1000, count: 100_000, quick: 20_000 }]
})
