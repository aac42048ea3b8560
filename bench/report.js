'use strict'

/** @typedef {import('./measure.js').Contender} Contender */
/** @typedef {{ median: number, min: number, max: number }} Summary */

/** @param {Contender[]} contenders */
function printTable (contenders) {
  console.log(`${''.padEnd(22)}${'end to end'.padEnd(26)}JS thread`)
  for (const { peer, mode, samples } of contenders) {
    const name = peer.name.padEnd(10) + (peer.modes.length > 1 ? mode : '')
    const wall = show(summary(samples.map((sample) => sample.wall)))
    const thread = show(summary(samples.map((sample) => sample.thread)))
    console.log(`${name.padEnd(22)}${wall.padEnd(26)}${thread}`)
  }
}

/** @param {Contender[]} contenders */
function printRatios (contenders) {
  for (const mode of /** @type {const} */ (['un-awaited', 'awaited'])) {
    const toLmdb = median(contenders, 'millrace', mode, 'wall') / median(contenders, 'lmdb', mode, 'wall')
    console.log(`millrace / lmdb, end to end, ${mode}: ${toLmdb.toFixed(2)}`)
  }
  for (const mode of /** @type {const} */ (['un-awaited', 'awaited'])) {
    const toMap = median(contenders, 'millrace', mode, 'thread') / median(contenders, 'map.set', 'un-awaited', 'thread')
    console.log(`millrace / map.set, JS thread, ${mode}: ${toMap.toFixed(2)}`)
  }
}

/**
 * @param {Contender[]} contenders
 * @param {string} name
 * @param {import('./peers/peer.js').Mode} mode
 * @param {'wall' | 'thread'} what
 */
function median (contenders, name, mode, what) {
  const contender = contenders.find(({ peer, mode: its }) => peer.name === name && its === mode)
  return summary((contender?.samples ?? []).map((sample) => sample[what])).median
}

/** @param {number[]} values @returns {Summary} */
function summary (values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (/** @type {number} */ index) => sorted[index] ?? NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1)
  }
}

/** @param {Summary} summary */
function show ({ median, min, max }) {
  return `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`
}

exports.printRatios = printRatios
exports.printTable = printTable
