'use strict'

const members = require('./members.js')
const { workload } = require('./workload.js')

// The types have the fields of *members*, so that only the number of types differs from it.
module.exports = workload({
  ...members,
  name: 'mixed',
  title: 'Creates of the fields of members, over 8 types in turn',
  types: ['member', 'guest', 'patron', 'author', 'editor', 'reader', 'seller', 'driver'],
  sizes: [
    { tick: 1000, count: 1_100_000, others: 200_000, quick: 200_000, warm: 0.8 },
    { tick: 10, count: 120_000, quick: 10_000 }
  ]
})
