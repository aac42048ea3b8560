'use strict'

// The charts of docs/performance.md, as specifications for Vega-Lite.

const { labelOf } = require('../tables.js')
const { NO_STORES } = require('../targets.js')

/** @typedef {import('../results.js').Results} Results */
/** @typedef {import('../run.js').Cell} Cell */
/** @typedef {import('../results.js').Figure} Figure */
/** @typedef {{ peer: string, mode: string, label: string, ours: boolean, tick: number, value: number, low: number, high: number, shown: string }} Point */
/** @typedef {{ file: string, alt: string, spec: object }} Chart */

const OURS = '#c2410c'
const OTHERS = '#94a3b8'
/** Of lines: ours first. */
const LINES = [
  OURS, '#f59e0b', '#1d4ed8', '#60a5fa', '#15803d', '#65a30d', '#7c3aed', '#c026d3', '#0e7490', '#64748b', '#0f172a', '#a8a29e'
]
const CONFIG = {
  background: 'white',
  font: 'sans-serif',
  view: { stroke: null },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', labelLimit: 300, gridColor: '#e2e8f0' },
  title: { anchor: 'start', fontSize: 14 },
  header: { labelFontSize: 12, title: null }
}

/**
 * The medians of one figure as points of a chart, the least first.
 * @param {Results} results @param {(cell: Cell) => boolean} filter @param {Figure} figure @returns {Point[]}
 */
function pointsOf(results, filter, figure) {
  const points = results.run.cells.filter((cell) => !NO_STORES.includes(cell.peer) && filter(cell)).flatMap((cell) => {
    const summary = results.summary(cell, figure)
    if (summary === undefined) return []
    const { peer, mode, tick } = cell
    const { median: value, min: low, max: high } = summary
    const shown = value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 })
    return [{ peer, mode, label: labelOf(cell), ours: peer.startsWith('millrace'), tick, value, low, high, shown }]
  })
  return points.sort((a, b) => a.value - b.value)
}

const colour = { field: 'ours', type: 'nominal', scale: { domain: [true, false], range: [OURS, OTHERS] }, legend: null }

/**
 * The median of each as a bar, with its value, and a line from the least to the most of the rounds. On a logarithmic scale,
 * which has no zero to start from, a dot.
 * @param {Point[]} points @param {string} title @param {string} unit @param {'linear' | 'log'} [type]
 */
function ranking(points, title, unit, type = 'linear') {
  const scale = type === 'log' ? { type, nice: true } : { type }
  /** @param {string} field */
  const x = (field) => ({ field, type: 'quantitative', title: unit, scale })
  return {
    title,
    width: 560,
    height: { step: 20 },
    data: { values: points },
    encoding: { y: { field: 'label', type: 'nominal', sort: points.map(({ label }) => label), title: null } },
    layer: [
      { mark: type === 'log' ? { type: 'point', filled: true, size: 80, opacity: 1 } : 'bar', encoding: { x: x('value'), color: colour } },
      { mark: { type: 'rule', opacity: 0.6 }, encoding: { x: x('low'), x2: { field: 'high' } } },
      { mark: { type: 'text', align: 'left', dx: 7, fontSize: 11 }, encoding: { x: x('high'), text: { field: 'shown' } } }
    ]
  }
}

/** @param {string} workload @param {number} [tick] @returns {(cell: Cell) => boolean} */
const of = (workload, tick) => (cell) => cell.workload === workload && (tick === undefined || cell.tick === tick)

/**
 * Lines over the size of a tick, for what waits for each tick.
 * @param {Point[]} points
 */
function lines(points) {
  const values = points.filter(({ mode }) => mode !== 'un-awaited')
  const peers = new Set([...values.filter(({ ours }) => ours), ...values].map(({ peer }) => peer))
  return {
    title: 'members: end to end by writes a tick, each tick waited for',
    width: 560,
    height: 320,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'tick', type: 'quantitative', scale: { type: 'log' }, title: 'writes a tick', axis: { values: [1, 10, 100, 1000, 10_000] } },
      y: { field: 'value', type: 'quantitative', scale: { type: 'log' }, title: 'ns a write' },
      color: { field: 'peer', type: 'nominal', title: null, scale: { domain: [...peers], range: LINES } },
      size: { condition: { test: 'datum.ours', value: 3 }, value: 1.5, legend: null }
    }
  }
}

/** @param {Results} results */
const growth = (results) => ({
  title: 'a create\'s cost while the store grows',
  width: 560,
  height: 200,
  data: { values: results.growth },
  transform: [
    { calculate: 'datum.wall', as: 'the store that grows' },
    { calculate: 'datum.fresh', as: 'a new one at that moment' },
    { fold: ['the store that grows', 'a new one at that moment'], as: ['store', 'ns'] }
  ],
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'stored', type: 'quantitative', scale: { type: 'log' }, title: 'records stored', axis: { format: '~s' } },
    y: { field: 'ns', type: 'quantitative', title: 'ns a create', scale: { zero: true } },
    color: { field: 'store', type: 'nominal', title: null, scale: { range: [OURS, OTHERS] }, sort: null }
  }
})

/** @param {Results} results @returns {Chart[]} those for which there are numbers */
exports.chartsOf = (results) => {
  /** @param {string} workload @param {Figure} figure @param {number} [tick] */
  const points = (workload, figure, tick) => pointsOf(results, of(workload, tick), figure)
  const shapes = ['ticks', 'documents', 'wide', 'mixed', 'modify', 'delete']
  /** @type {[string, string, Point[], (points: Point[]) => object][]} */
  const all = [
    ['members', 'End to end time of a create, by store', points('members', 'wall', 1000),
      (points) => ranking(points, 'members, 1,000 a tick: end to end', 'ns a create')],
    ['thread', 'JS thread\'s time of a create, by store', points('members', 'thread', 1000),
      (points) => ranking(points, 'members, 1,000 a tick: CPU of the JS thread', 'ns a create')],
    ['sizes', 'End to end time of a create by writes a tick', points('members', 'wall'), lines],
    ...shapes.map((workload) => /** @type {typeof all[number]} */ ([
      workload, `End to end time of a write of ${workload}, by store`, points(workload, 'wall', 1000),
      (points) => ranking(points, `${workload}, 1,000 a tick: end to end`, 'ns a write')
    ])),
    ['single', 'Latency of one awaited create, by store', points('single', 'settle50'),
      (points) => ranking(points, 'single: one awaited create after another, p50', 'µs', 'log')],
    ['get', 'Time of a get, by store', points('get', 'wall'), (points) => ranking(points, 'get: a record by its id', 'ns', 'log')],
    ['scan', 'Time of a row of a scan, by store', points('scan', 'wall'), (points) => ranking(points, 'scan: a row', 'ns', 'log')],
    ['growth', 'Time of a create while the store grows', points('growth', 'wall'), () => growth(results)]
  ]
  return all.filter(([, , points]) => points.length > 0).map(([file, alt, points, draw]) => (
    { file: `${file}.svg`, alt, spec: { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', config: CONFIG, ...draw(points) } }
  ))
}
