'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

module.exports = workload({
  ...members,
  name: 'single',
  title: 'One awaited create of a member after another',
  operation: 'single',
  sizes: [{ tick: 1, count: 5_000, quick: 2_000 }]
})
