'use strict'

const { performance } = require('node:perf_hooks')
const { SingleBar } = require('cli-progress')

/** Below this many records a time for each says nothing. */
const FEW = 10_000

/** @typedef {{ seconds: number, busy: number }} Timing busy: share of the time in which the event loop was not idle */

/** One progress bar after another, on stderr; nothing at all where stderr is not a terminal. */
class Progress {
  /** @param {(value: number) => string} [format] */
  constructor (format = count) {
    this.bar = new SingleBar({
      format: '{label} [{bar}] {percentage}% | {value} of {total}',
      barsize: 30,
      linewrap: true, // the library turns the terminal's wrapping off otherwise, and leaves it so after Ctrl-C
      clearOnComplete: true,
      formatValue: (value, _, kind) => kind === 'value' || kind === 'total' ? format(value) : String(value)
    })
  }

  /** @param {string} label @param {number} total */
  start (label, total) {
    this.bar.stop()
    this.value = 0
    this.bar.start(total, 0, { label: label.padEnd(9) })
  }

  /** @param {number} more */
  add (more) {
    this.update((this.value ?? 0) + more)
  }

  /** @param {number} value */
  update (value) {
    this.value = value
    this.bar.update(value)
  }

  stop () {
    this.bar.stop()
  }
}

/** @returns {() => Timing} ends the measurement */
function startTiming () {
  const before = performance.eventLoopUtilization()
  const from = performance.now()
  return () => ({
    seconds: (performance.now() - from) / 1000,
    busy: performance.eventLoopUtilization(before).utilization
  })
}

/** @param {string} label @param {string} text */
function line (label, text) {
  console.log(`  ${label.padEnd(15)} ${text}`)
}

/**
 * @param {string} label
 * @param {number} operations
 * @param {string} what
 * @param {Timing} timing
 */
function timed (label, operations, what, { seconds }) {
  line(label, `${count(operations)} ${what} in ${seconds.toFixed(2)} s`)
}

/**
 * @param {Timing} timing
 * @param {number} spent milliseconds of the writes themselves
 * @param {number} records
 */
function eventLoop ({ seconds, busy }, spent, records) {
  if (records < FEW) return
  const share = (spent / seconds / 10).toFixed(0)
  line('event loop', `${(busy * 100).toFixed(0)}% busy while writing (performance.eventLoopUtilization), ${share}% with records ` +
    `and their writes: ${count(spent * 1e6 / records)} ns each, the first thousands not compiled yet`)
}

/** @param {import('../index.js').Stats} stats */
function workers ({ workers, batches, operations, stalls }) {
  line('handed over', `${count(operations)} operations in ${count(batches)} batches, ${count(stalls)} waits for room`)
  if (workers.length === 0) line('workers', 'none: the calling thread applied everything')
  for (const [index, worker] of workers.entries()) {
    line(`worker ${index}`, `applied ${count(worker.operations)} operations of ${count(worker.batches)} batches`)
  }
}

/**
 * @param {import('./compare.js').Differences} differences
 * @param {string} what
 */
function verdict (differences, what) {
  if (differences.count === 0) return line('result', `${what}: no difference`)
  console.error(`\n${count(differences.count)} differences:`)
  list(differences.shown, differences.count)
}

/** @param {string[]} shown @param {number} total */
function list (shown, total) {
  for (const text of shown) console.error(`  ${text}`)
  if (total > shown.length) console.error(`  and ${count(total - shown.length)} more`)
}

/** @param {number | bigint} value */
function count (value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** @param {number} value */
function bytes (value) {
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`
}

exports.Progress = Progress
exports.bytes = bytes
exports.count = count
exports.eventLoop = eventLoop
exports.line = line
exports.list = list
exports.startTiming = startTiming
exports.timed = timed
exports.verdict = verdict
exports.workers = workers
