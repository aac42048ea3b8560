'use strict'

const { medianOf, summaryOf } = require('./summary.js')

/** @typedef {import('./run.js').Cell} Cell */
/** @typedef {import('./summary.js').Summary} Summary */
/** @typedef {import('./operations/subject.js').Mark} Mark */
/** @typedef {'wall' | 'thread' | 'cpu' | 'delay' | 'settle50' | 'settle99' | 'bytes'} Figure */
/** @typedef {{ workload: string, tick?: number, peer: string, mode: import('./peers/peer.js').Mode }} Which */
/** @typedef {import('./scaling.js').Scaling} Scaling */
/** @typedef {import('./floors.js').Floor} Floor */
/** @typedef {import('./threads/index.js').Crowd} Crowd */

/**
 * All that a run has found, as it is kept in a file.
 * @typedef {object} Run
 * @property {string} date
 * @property {string} command
 * @property {boolean} quick
 * @property {import('./machine.js').Machine} machine
 * @property {{ name: string, use: string }[]} peers those that were measured
 * @property {{ name: string, reason: string }[]} missing
 * @property {Cell[]} cells
 * @property {Scaling[]} scaling
 * @property {Floor[]} floors
 * @property {Crowd[]} crowds
 */

/** @param {Cell} cell @param {Figure} figure the rounds' values */
const valuesOf = (cell, figure) => cell.samples.flatMap((sample) => {
  const value = sample[figure]
  return value === undefined ? [] : [value]
})

exports.Results = class Results {
  /** @param {Run} run */
  constructor(run) {
    this.run = run
  }

  /** What a create costs at each number of stored records: the medians of the rounds. @returns {Mark[]} */
  get growth() {
    const rounds = this.run.cells.flatMap(({ samples }) => samples.flatMap(({ growth }) => (growth === undefined ? [] : [growth])))
    const [first = []] = rounds
    return first.map(({ stored }, place) => {
      const at = (/** @type {'wall' | 'fresh' | 'ratio'} */ figure) => medianOf(rounds.flatMap((round) => round[place]?.[figure] ?? []))
      return { stored, wall: at('wall'), fresh: at('fresh'), ratio: at('ratio') }
    })
  }

  /** @param {Which} which */
  cell({ workload, tick = 1000, peer, mode }) {
    return this.run.cells.find((cell) => (
      cell.workload === workload && cell.tick === tick && cell.peer === peer && cell.mode === mode && cell.samples.length > 0
    ))
  }

  /** @param {Which | Cell} which @param {Figure} figure @returns {Summary | undefined} */
  summary(which, figure) {
    const cell = 'samples' in which ? which : this.cell(which)
    const values = cell === undefined ? [] : valuesOf(cell, figure)
    return values.length === 0 ? undefined : summaryOf(values)
  }

  /**
   * How the first compares with the second, round by round: what else the machine did in a round falls on both.
   * @param {Which} which @param {Which} base @param {Figure} figure @returns {Summary | undefined}
   */
  ratio(which, base, figure) {
    const [above, below] = [this.cell(which), this.cell(base)]
    if (above === undefined || below === undefined) return undefined
    const bases = valuesOf(below, figure)
    const ratios = valuesOf(above, figure).map((value, round) => value / (bases[round] ?? NaN)).filter(Number.isFinite)
    return ratios.length === 0 ? undefined : summaryOf(ratios)
  }
}
