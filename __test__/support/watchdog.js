'use strict'

const { Worker } = require('node:worker_threads')

// A create that waits for room waits in native code, where no timeout of the test runner reaches it.
const SOURCE = `
const { workerData } = require('node:worker_threads')
setTimeout(() => {
  require('node:fs').writeSync(2, \`no end after \${workerData} seconds: \${process.argv[1]}\\n\`)
  process.kill(process.pid, 'SIGKILL')
}, workerData * 1000)
`

/** Kills this test file's process if it still runs after `seconds`. */
const watchdog = (seconds) => {
  new Worker(SOURCE, { eval: true, workerData: seconds }).unref()
}

module.exports = { watchdog }
