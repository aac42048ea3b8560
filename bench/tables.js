'use strict'

const { floorOf, judge, targets } = require('./targets.js')
const { workloads } = require('./workloads/index.js')

// The tables of a run, as rows of text, for the terminal and for the document.

/** @typedef {import('./results.js').Results} Results */
/** @typedef {import('./run.js').Cell} Cell */
/** @typedef {import('./summary.js').Summary} Summary */
/** @typedef {{ head: string[], rows: string[][] }} Table */

const HEAD = ['', 'end to end, ns', 'JS thread, ns', 'all threads, ns', 'settle p50, µs', 'p99, µs', 'loop delay p99, ms']

/** @param {number} value */
const show = (value) => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 })

/** @param {Summary | undefined} summary */
const showRange = (summary) => {
  if (summary === undefined) return '–'
  const { median, min, max } = summary
  return min === max ? show(median) : `${show(median)} (${show(min)}–${show(max)})`
}

/** @param {Summary} summary */
const showRatio = ({ median, min, max }) => `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`

/** @param {Summary | undefined} summary */
const showMedian = (summary) => (summary === undefined ? '–' : show(summary.median))

/** Few records may take less than what the process gives back meanwhile. @param {Summary | undefined} summary */
const showBytes = (summary) => (summary === undefined || summary.median < 0 ? '–' : show(summary.median))

/** What was measured, in a line. @param {Cell[]} cells those of one size of a workload */
exports.titleOf = (cells) => {
  const [{ workload, tick }] = /** @type {[Cell]} */ (cells)
  const measured = cells.filter(({ samples }) => samples.length > 0)
  const rounds = leastToMost(measured.map(({ samples }) => samples.length))
  const title = workloads.find(({ name }) => name === workload)?.title
  const writes = leastToMost(measured.map(({ count }) => count), FEWER)
  return `${title}; ${writes}, ${show(tick)} a tick, ${rounds} ${rounds === '1' ? 'round' : 'rounds'}`
}

/** Marks those that make fewer writes than others in their table. */
const FEWER = ' *'

/** @param {number[]} values @param {string} [mark] of what is less than the most */
function leastToMost(values, mark = '') {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (values.length === 0) return 'none'
  return least === most ? show(most) : `${show(least)}${mark} to ${show(most)}`
}

/** What a cell is called. @param {Cell} cell */
const labelOf = ({ peer, mode, workload }) => (
  mode === 'sync' || ['get', 'scan'].includes(workload) ? peer : `${peer}, ${mode}`
)

/**
 * The figures of all that were measured on one size of a workload, the fastest first.
 * @param {Results} results @param {Cell[]} cells @returns {Table}
 */
exports.cellsTable = (results, cells) => {
  const withBytes = cells.some((cell) => results.summary(cell, 'bytes') !== undefined)
  const measured = cells.filter((cell) => cell.samples.length > 0)
  const most = Math.max(...measured.map(({ count }) => count))
  const wall = (/** @type {Cell} */ cell) => results.summary(cell, 'wall')?.median ?? Infinity
  const rows = measured.sort((a, b) => wall(a) - wall(b)).map((cell) => [
    `${labelOf(cell)}${cell.count < most ? FEWER : ''}`,
    showRange(results.summary(cell, 'wall')),
    showMedian(results.summary(cell, 'thread')),
    showMedian(results.summary(cell, 'cpu')),
    showMedian(results.summary(cell, 'settle50')),
    showMedian(results.summary(cell, 'settle99')),
    showMedian(results.summary(cell, 'delay')),
    ...withBytes ? [showBytes(results.summary(cell, 'bytes'))] : []
  ])
  return { head: withBytes ? [...HEAD, 'bytes a record'] : HEAD, rows }
}

/**
 * The cells of a run by workload and tick, in the order in which they ran.
 * @param {Results} results
 * @returns {Cell[][]}
 */
exports.groupsOf = ({ run }) => {
  /** @type {Map<string, Cell[]>} */
  const groups = new Map()
  for (const cell of run.cells) {
    const key = `${cell.workload} ${cell.tick}`
    groups.set(key, [...groups.get(key) ?? [], cell])
  }
  return [...groups.values()]
}

exports.labelOf = labelOf

/** @param {Results} results @returns {Table} */
exports.targetsTable = (results) => ({
  head: ['figure', 'target', 'measured', 'met'],
  rows: judge(results).map(({ figure, target, measured, met }) => [figure, target, measured, met])
})

/** @param {Results} results @returns {Table | undefined} */
exports.growthTable = ({ growth }) => {
  if (growth.length === 0) return undefined
  return {
    head: ['records stored', 'ns a create', 'in a new store at that moment, ns', 'ratio'],
    rows: growth.map(({ stored, wall, fresh, ratio }) => [show(stored), show(wall), show(fresh), ratio.toFixed(2)])
  }
}

/** @param {Results} results @returns {Table | undefined} */
exports.scalingTable = ({ run }) => (run.scaling.length === 0 ? undefined : {
  head: ['8 types', '1 worker, ns a write', '2 workers, ns a write', 'speed-up', 'floor'],
  rows: run.scaling.map(({ shape, tinyFirst, one, two, speedup, floor }) => [
    shape + (tinyFirst ? ', after a tiny first tick' : ''), showRange(one), showRange(two), showRatio(speedup), showRatio(floor)
  ])
})

/** @param {Results} results @returns {Table | undefined} */
exports.floorsTable = ({ run }) => (run.floors.length === 0 ? undefined : {
  head: ['', 'ns'],
  rows: run.floors.map(({ what, ns }) => [what, show(ns)])
})

/**
 * The floor next to what was measured, for each target that compares something which has one with others. Where millrace is compared
 * with itself, the ratio is that of both sides' floors, if both have one.
 * @param {Results} results @returns {Table}
 */
exports.limitsTable = (results) => ({
  head: ['what was aimed at', 'ns at most', 'floor, ns', 'measured, ns', 'floor, ratio'],
  rows: targets.flatMap(({ figure, target, ratio }) => {
    if (ratio === undefined || ratio.base.workload !== ratio.which.workload) return []
    const { limit, which, base, what } = ratio
    const bare = floorOf(which)
    if (bare === undefined) return []
    const [most, floor] = [results.summary(base, what), results.summary(bare, what)]
    const bareBase = floorOf(base)
    const floors = results.ratio(bare, bareBase ?? base, what)
    if (most === undefined || floor === undefined || floors === undefined) return []
    const hasRatio = bareBase !== undefined || !base.peer.startsWith('millrace')
    return [[
      `${figure}: ${target}`, show(most.median * limit), show(floor.median), showMedian(results.summary(which, what)),
      hasRatio ? showRatio(floors) : '–'
    ]]
  })
})
