'use strict'

const { email, name } = require('./strings.js')
const { workload } = require('./workload.js')

module.exports = workload({
  name: 'members',
  title: 'Creates of 5 fields, 2 of them strings of 8 to 29 characters',
  operation: 'create',
  fields: { name: 'string', email: 'string', age: 'uint8', score: 'float64', active: 'boolean' },
  record: (index) => ({
    name: name(index),
    email: email(index),
    age: index % 100,
    score: index + 0.5,
    active: index % 3 === 0
  }),
  // Past a million: a Map then grows once more, as that of a program that keeps its records does. The warm-up takes until V8
  // has compiled also what runs once a tick (after some 900 ticks), and for a collector with room: threads of V8's own
  // would be measured otherwise.
  sizes: [
    { tick: 1000, count: 1_100_000, others: 200_000, quick: 200_000, rounds: 7, warm: 0.8 },
    { tick: 1, count: 24_000, quick: 3_000 },
    { tick: 10, count: 64_000 },
    { tick: 100, count: 64_000 },
    { tick: 10_000, count: 160_000 }
  ]
})
