'use strict'

const { isCompared } = require('./targets.js')

/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {import('./peers/peer.js').Mode} Mode */
/** @typedef {import('./workloads/workload.js').Workload} Workload */
/** @typedef {import('./workloads/workload.js').Size} Size */

/** One write after another and reads know one mode only. */
const ONE_MODE = ['single', 'get', 'scan']
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

/** @param {Peer} peer @param {Size} size in how many rounds the peer runs, at most */
exports.roundsOf = (peer, { others = Infinity }) => (isCompared(peer) ? Infinity : others)

/** @param {Workload} workload @param {boolean} quick @returns {Size[]} */
exports.sizesOf = ({ sizes }, quick) => (
  quick ? sizes.flatMap((size) => (size.quick === undefined ? [] : [{ ...size, count: size.quick }])) : sizes
)
