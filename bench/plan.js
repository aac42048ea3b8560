'use strict'

const { isAimedAt } = require('./targets.js')

/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {import('./peers/peer.js').Mode} Mode */
/** @typedef {import('./workloads/workload.js').Workload} Workload */
/** @typedef {import('./workloads/workload.js').Size} Size */

/** One write after another and reads know one mode only. */
const ONE_MODE = ['single', 'get', 'scan']
/** Rounds of what a target is about, where a size does not say how many, and of the rest. */
const [ROUNDS, OTHERS] = [5, 2]
/** Ticks that have fewer writes are hard on peers for bulk data. */
const SHORT_TICK = 100
/** A quick run times all peers on this one, and on the others those that targets name. */
const HEADLINE = 'members'
const QUICK = ['millrace', 'millrace one type', 'lmdb', 'threadsafe function', 'Map']

/** @param {Peer} peer @param {Workload} workload @param {boolean} [quick] */
const does = (peer, workload, quick = false) => (
  (!quick || workload.name === HEADLINE || QUICK.includes(peer.name)) &&
  (peer.operations?.includes(workload.operation) ?? workload.operation !== 'growth') &&
  (peer.workloads?.includes(workload.name) ?? true) &&
  (workload.peers?.includes(peer.name) ?? true)
)

/** @param {Peer} peer @param {Workload[]} workloads @param {boolean} [quick] @returns {Workload[]} those that it is measured on */
exports.workloadsOf = (peer, workloads, quick) => workloads.filter((workload) => does(peer, workload, quick))

/** @param {Peer} peer @param {Workload} workload @param {boolean} quick @returns {Mode[]} */
exports.modesOf = (peer, workload, quick) => {
  if (ONE_MODE.includes(workload.operation) || (quick && !['members', 'mixed'].includes(workload.name))) return peer.modes.slice(-1)
  return workload.peers === undefined ? [...peer.modes] : peer.modes.slice(0, 1)
}

/** @param {import('./results.js').Which} cell @param {Size} size in how many rounds it is measured */
exports.roundsOf = (cell, { rounds = ROUNDS }) => (isAimedAt(cell) ? rounds : Math.min(rounds, OTHERS))

/** @param {import('./results.js').Which} cell @param {Size} size @param {Peer} peer how much it writes */
exports.countOf = (cell, { tick, count, others = count }, peer) => {
  const all = isAimedAt(cell) ? count : others
  return tick < SHORT_TICK ? Math.ceil(all / (peer.slow ?? 1)) : all
}

/** @param {Workload} workload @param {{ quick: boolean, ticks?: number[] }} plan @returns {Size[]} */
exports.sizesOf = ({ sizes }, { quick, ticks }) => sizes.flatMap((size) => {
  if (ticks?.includes(size.tick) === false || (quick && size.quick === undefined)) return []
  return quick ? [{ tick: size.tick, count: size.quick ?? size.count }] : [size]
})
