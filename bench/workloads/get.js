'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'get',
  title: 'Reads of members by random ids',
  operation: 'get',
  sizes: [{ tick: 1000, count: 100_000, quick: 20_000 }]
})
