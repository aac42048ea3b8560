'use strict'

const { workload } = require('./workload.js')

module.exports = workload({
  name: 'ticks',
  title: 'Creates of 12 numbers',
  operation: 'create',
  fields: {
    time: 'float64', symbol: 'uint32', open: 'float64', high: 'float64', low: 'float64', close: 'float64',
    bid: 'float64', ask: 'float64', bidSize: 'uint32', askSize: 'uint32', volume: 'uint32', trades: 'uint32'
  },
  record: (index) => ({
    time: 1_700_000_000_000 + index,
    symbol: index % 500,
    open: index + 0.25,
    high: index + 0.75,
    low: index + 0.125,
    close: index + 0.5,
    bid: index + 0.375,
    ask: index + 0.625,
    bidSize: index % 1000,
    askSize: index % 900,
    volume: index,
    trades: index % 77
  }),
  sizes: [{ tick: 1000, count: 64_000, quick: 30_000 }]
})
