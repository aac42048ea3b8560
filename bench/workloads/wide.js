'use strict'

const { name, tag } = require('./strings.js')
const { workload } = require('./workload.js')

module.exports = workload({
  name: 'wide',
  title: 'Creates of 40 fields: 20 numbers, 12 strings, 8 booleans',
  operation: 'create',
  fields: {
    n0: 'float64', n1: 'float64', n2: 'float64', n3: 'float64', n4: 'float64',
    n5: 'float64', n6: 'float64', n7: 'float64', n8: 'float64', n9: 'float64',
    u0: 'uint32', u1: 'uint32', u2: 'uint32', u3: 'uint32', u4: 'uint32',
    u5: 'uint32', u6: 'uint32', u7: 'uint32', u8: 'uint32', u9: 'uint32',
    s0: 'string', s1: 'string', s2: 'string', s3: 'string', s4: 'string', s5: 'string',
    s6: 'string', s7: 'string', s8: 'string', s9: 'string', s10: 'string', s11: 'string',
    b0: 'boolean', b1: 'boolean', b2: 'boolean', b3: 'boolean', b4: 'boolean', b5: 'boolean', b6: 'boolean', b7: 'boolean'
  },
  // Written out: a loop over the names would make objects in V8's slow form.
  record: (index) => ({
    n0: index + 0.5, n1: index + 1.5, n2: index + 2.5, n3: index + 3.5, n4: index + 4.5,
    n5: index + 5.5, n6: index + 6.5, n7: index + 7.5, n8: index + 8.5, n9: index + 9.5,
    u0: index, u1: index + 1, u2: index + 2, u3: index + 3, u4: index + 4,
    u5: index + 5, u6: index + 6, u7: index + 7, u8: index + 8, u9: index + 9,
    s0: name(index), s1: name(index + 1), s2: name(index + 2), s3: name(index + 3), s4: name(index + 4), s5: name(index + 5),
    s6: tag(index), s7: tag(index + 1), s8: tag(index + 2), s9: tag(index + 3), s10: tag(index + 4), s11: tag(index + 5),
    b0: (index & 1) > 0, b1: (index & 2) > 0, b2: (index & 4) > 0, b3: (index & 8) > 0,
    b4: (index & 16) > 0, b5: (index & 32) > 0, b6: (index & 64) > 0, b7: (index & 128) > 0
  }),
  sizes: [{ tick: 1000, count: 50_000, quick: 10_000 }]
})
