'use strict'

const { kibibyte } = require('./strings.js')
const { workload } = require('./workload.js')

module.exports = workload({
  name: 'documents',
  title: 'Creates of one string of 1 KiB',
  operation: 'create',
  fields: { body: 'string' },
  record: (index) => ({ body: kibibyte(index) }),
  sizes: [{ tick: 1000, count: 64_000, quick: 20_000 }]
})
