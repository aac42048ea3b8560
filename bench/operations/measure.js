'use strict'

const { monitorEventLoopDelay, performance } = require('node:perf_hooks')

/** Milliseconds between two looks at the event loop's delay; the histogram's values include it. */
const RESOLUTION = 1

/**
 * Measures `work`, which is `count` writes or reads.
 * @param {import('../clock.js').ThreadClock} clock
 * @param {number} count
 * @param {() => Promise<void>} work
 * @returns {Promise<import('./subject.js').Sample>}
 */
exports.measure = async (clock, count, work) => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  const thread = clock.now()
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work()
  const wall = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  const threadTime = clock.now() - thread
  delay.disable()
  return {
    wall: wall * 1e6 / count,
    thread: threadTime / count,
    cpu: (user + system) * 1e3 / count,
    delay: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION)
  }
}

/** @param {number[]} milliseconds @returns {{ settle50?: number, settle99?: number }} */
exports.settling = (milliseconds) => {
  if (milliseconds.length === 0) return {}
  const sorted = [...milliseconds].sort((a, b) => a - b)
  const at = (/** @type {number} */ share) => 1e3 * /** @type {number} */ (sorted[Math.floor((sorted.length - 1) * share)])
  return { settle50: at(0.5), settle99: at(0.99) }
}

/** The process's memory without garbage. */
exports.memory = () => {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}
