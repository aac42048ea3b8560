'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'modify',
  title: 'Modifies of 2 of the 5 fields of members, random ids',
  operation: 'modify',
  changes: (write) => ({ age: write % 90, score: write + 0.25 }),
  sizes: [{ tick: 1000, count: 60_000, quick: 20_000 }]
})
