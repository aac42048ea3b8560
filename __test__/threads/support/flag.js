'use strict'
// A word that threads share: one may set it in the middle of a tick that never ends.

const { setTimeout: sleep } = require('node:timers/promises')

const newFlag = () => new Int32Array(new SharedArrayBuffer(4))

/** Waits until another thread has set the flag; gives what it was set to. */
const raised = async (flag) => {
  while (Atomics.load(flag, 0) === 0) await sleep(1)
  return Atomics.load(flag, 0)
}

module.exports = { newFlag, raised }
