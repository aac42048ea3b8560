'use strict'

const { crowdRatio } = require('./threads/tables.js')

/** @typedef {import('./results.js').Results} Results */
/** @typedef {import('./results.js').Which} Which */
/** @typedef {import('./results.js').Figure} Figure */
/** @typedef {import('./summary.js').Summary} Summary */

/**
 * What millrace is meant to reach.
 * @typedef {object} Target
 * @property {string} figure
 * @property {string} target
 * @property {(value: number) => boolean} meets
 * @property {(results: Results) => Summary | undefined} measure
 * @property {(value: number) => string} [show]
 * @property {Which[]} [cells] what it is about
 * @property {Ratio} [ratio] what it compares, if it is a ratio of two cells
 *
 * @typedef {object} Ratio
 * @property {number} limit
 * @property {Which} which
 * @property {Which} base
 * @property {Figure} what
 */

/** @typedef {'un-awaited' | 'awaited' | 'sync'} Mode */
/** @param {string} workload @param {string} peer @param {Mode} mode @param {number} [tick] @returns {Which} */
const at = (workload, peer, mode, tick = 1000) => ({ workload, peer, mode, tick })

/**
 * @param {string} figure @param {string} limit as it is written, a fraction or a number
 * @param {Which} which @param {Which} base @param {Figure} what @returns {Target}
 */
function ratio(figure, limit, which, base, what) {
  const [above = NaN, below = 1] = limit.split('/').map(Number)
  return {
    figure,
    target: `at most ${limit}`,
    meets: (value) => value <= above / below,
    measure: (results) => results.ratio(which, base, what),
    cells: [which, base],
    ratio: { limit: above / below, which, base, what }
  }
}

/** @param {string} figure @param {import('./scaling.js').Shape} shape @param {boolean} tinyFirst @returns {Target} */
const scaling = (figure, shape, tinyFirst) => ({
  figure,
  target: 'at least 1.6 times',
  meets: (value) => value >= 1.6,
  measure: ({ run }) => run.scaling.find((one) => one.shape === shape && one.tinyFirst === tinyFirst)?.speedup,
  show: (value) => `${value.toFixed(2)} times`
})

/** @param {import('./threads/index.js').Mode} mode @returns {Target} */
const crowd = (mode) => ({
  figure: `creates a second of 2 JS threads against lmdb, ${mode}`,
  target: 'at least 3 times',
  meets: (value) => value >= 3,
  measure: (results) => crowdRatio(results, { threads: 2, types: 1, mode }),
  show: (value) => `${value.toFixed(1)} times`
})

/**
 * The floors of what millrace does.
 * @type {readonly { peer: string, workloads: readonly string[], floor: string, mode?: Mode }[]}
 */
const FLOORS = [
  { peer: 'millrace', workloads: ['members', 'mixed'], floor: 'bare create' },
  { peer: 'millrace createMany', workloads: ['members'], floor: 'bare createMany' },
  { peer: 'millrace', workloads: ['get'], floor: 'bare get', mode: 'sync' }
]

/** Peers that are floors, and so no stores. */
exports.NO_STORES = FLOORS.map(({ floor }) => floor)

/** The floor of what millrace does there, if it has one. @param {Which} which @returns {Which | undefined} */
exports.floorOf = (which) => {
  const found = FLOORS.find(({ peer, workloads }) => peer === which.peer && workloads.includes(which.workload))
  return found && { ...which, peer: found.floor, mode: found.mode ?? which.mode }
}

const [un, aw] = /** @type {const} */ (['un-awaited', 'awaited'])

/** @type {Target[]} ratios are those of one run; *members*, 1,000 a tick, unless it says otherwise */
exports.targets = [
  ratio('un-awaited creates, end to end, against lmdb', '1/5', at('members', 'millrace', un), at('members', 'lmdb', un), 'wall'),
  ratio('the same against lmdb with its defaults', '1/5', at('members', 'millrace', un), at('members', 'lmdb defaults', un), 'wall'),
  ratio('awaited creates, end to end, against lmdb', '1/6', at('members', 'millrace', aw), at('members', 'lmdb', aw), 'wall'),
  ratio('the same against lmdb with its defaults', '1/6', at('members', 'millrace', aw), at('members', 'lmdb defaults', aw), 'wall'),
  ratio('JS thread, awaited create, against map.set', '0.6', at('members', 'millrace', aw), at('members', 'Map', 'sync'), 'thread'),
  ratio('JS thread, awaited create, against lmdb', '1/4', at('members', 'millrace', aw), at('members', 'lmdb', aw), 'thread'),
  ratio('JS thread, awaited create, against lmdb with its defaults', '1/4', at('members', 'millrace', aw), at('members', 'lmdb defaults', aw), 'thread'),
  ratio('awaited creates, end to end, against better-sqlite3', '1/5', at('members', 'millrace', aw), at('members', 'better-sqlite3', 'sync'), 'wall'),
  ratio('awaited creates, end to end, against node:sqlite', '1/5', at('members', 'millrace', aw), at('members', 'node:sqlite', 'sync'), 'wall'),
  ratio('createMany, end to end, against create, un-awaited', '0.65', at('members', 'millrace createMany', un), at('members', 'millrace', un), 'wall'),
  ratio('single, p50, against lmdb', '1/8', at('single', 'millrace', aw, 1), at('single', 'lmdb', aw, 1), 'settle50'),
  ratio('single, p50, against a bare threadsafe function', '4', at('single', 'millrace', aw, 1), at('single', 'threadsafe function', aw, 1), 'settle50'),
  ratio('mixed against the same of one type, un-awaited, end to end', '1.3', at('mixed', 'millrace', un), at('mixed', 'millrace one type', un), 'wall'),
  ratio('mixed against the same of one type, awaited, end to end', '1.3', at('mixed', 'millrace', aw), at('mixed', 'millrace one type', aw), 'wall'),
  ratio('ticks of 10 over 8 types, un-awaited, against lmdb', '1/2', at('mixed', 'millrace', un, 10), at('mixed', 'lmdb', un, 10), 'wall'),
  ratio('ticks of 10 over 8 types, awaited, against lmdb', '1/2', at('mixed', 'millrace', aw, 10), at('mixed', 'lmdb', aw, 10), 'wall'),
  ratio('ticks of 1, un-awaited, against lmdb', '1/2', at('members', 'millrace', un, 1), at('members', 'lmdb', un, 1), 'wall'),
  ratio('ticks of 1, awaited, against lmdb', '1/2', at('members', 'millrace', aw, 1), at('members', 'lmdb', aw, 1), 'wall'),
  scaling('2 workers against 1, documents over 8 types', 'documents', false),
  scaling('2 workers against 1, wide over 8 types', 'wide', false),
  scaling('2 workers against 1, members over 8 types', 'members', false),
  scaling('the same after a tiny first tick, documents', 'documents', true),
  scaling('the same after a tiny first tick, wide', 'wide', true),
  scaling('the same after a tiny first tick, members', 'members', true),
  crowd('awaited'),
  crowd('drained'),
  ratio('get of 5 fields against lmdb', '1/3', at('get', 'millrace', aw), at('get', 'lmdb', aw), 'wall'),
  ratio('scan, a row, against lmdb', '1/4', at('scan', 'millrace', aw), at('scan', 'lmdb', aw), 'wall'),
  {
    figure: 'memory of a record, after 5 million',
    target: 'at most 90 bytes',
    meets: (value) => value <= 90,
    measure: (results) => results.summary(at('memory', 'millrace', un), 'bytes'),
    cells: [at('memory', 'millrace', un)],
    show: (value) => `${value.toFixed(0)} bytes`
  },
  {
    figure: 'a create\'s cost from 10 thousand to 20 million records',
    target: 'flat within 15 %',
    meets: (value) => value <= 1.15,
    measure: growthOf,
    cells: [at('growth', 'millrace', un)],
    show: (value) => `${((value - 1) * 100).toFixed(0)} %`
  }
]

/** What targets are about, and its floors. */
const aimedAt = exports.targets.flatMap(({ cells = [] }) => cells).flatMap((which) => {
  const floor = exports.floorOf(which)
  return floor === undefined ? [which] : [which, floor]
})

/** Whether a target, or the floor of one, is about it, in any mode. @param {Which} cell */
exports.isAimedAt = (cell) => aimedAt.some(({ workload, tick, peer }) => (
  cell.workload === workload && cell.tick === tick && cell.peer === peer
))

/**
 * The dearest mark against the cheapest, each as a ratio to a new store at that moment.
 * @param {Results} results @returns {Summary | undefined}
 */
function growthOf({ growth }) {
  if (growth.length < 2) return undefined
  const ratios = growth.map(({ ratio }) => ratio)
  const spread = Math.max(...ratios) / Math.min(...ratios)
  return { median: spread, min: spread, max: spread }
}

/**
 * @param {Results} results
 * @returns {{ figure: string, target: string, measured: string, met: 'yes' | 'no' | '–' }[]}
 */
exports.judge = (results) => exports.targets.map(({ figure, target, meets, measure, show = (value) => value.toFixed(2) }) => {
  const found = measure(results)
  if (found === undefined) return { figure, target, measured: 'not measured', met: '–' }
  const range = found.min === found.max ? '' : ` (${show(found.min)}–${show(found.max)})`
  return { figure, target, measured: show(found.median) + range, met: meets(found.median) ? 'yes' : 'no' }
})
