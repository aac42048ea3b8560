'use strict'

const { readFileSync } = require('node:fs')
const { performance } = require('node:perf_hooks')

/**
 * What the JS thread itself has used, in nanoseconds. Wall time would count the moments in which it waits, and
 * process.cpuUsage() the workers and V8's helper threads.
 * @typedef {object} ThreadClock
 * @property {string} name what is measured, for the report
 * @property {() => number} now
 */

const SCHEDSTAT = '/proc/thread-self/schedstat'

/** @returns {ThreadClock} the best that this platform and this Node have */
function threadClock () {
  const { threadCpuUsage } = /** @type {{ threadCpuUsage?: () => NodeJS.CpuUsage }} */ (process)
  if (threadCpuUsage !== undefined) {
    return {
      name: 'CPU time of the JS thread (process.threadCpuUsage)',
      now () {
        const { user, system } = threadCpuUsage.call(process)
        return (user + system) * 1000
      }
    }
  }
  if (hasSchedstat()) return { name: `CPU time of the JS thread (${SCHEDSTAT})`, now: readSchedstat }
  return {
    name: 'time in which the event loop was not idle (performance.eventLoopUtilization)',
    now: () => performance.eventLoopUtilization().active * 1e6
  }
}

function hasSchedstat () {
  try {
    return readSchedstat() > 0
  } catch {
    return false
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))

/** The first number in the file: nanoseconds on a CPU. Linux brings it up to date when the thread leaves the CPU, so leave it. */
function readSchedstat () {
  Atomics.wait(never, 0, 0, 1)
  return Number(readFileSync(SCHEDSTAT, 'latin1').split(' ')[0])
}

exports.threadClock = threadClock
