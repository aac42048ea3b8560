'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'scan',
  title: 'Scans of all members, a row',
  operation: 'scan',
  sizes: [{ tick: 1000, count: 100_000, quick: 20_000 }]
})
