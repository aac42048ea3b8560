'use strict'
// What the process holds: threads, file descriptors, memory. Linux only; elsewhere the checks hold trivially.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { sleep } = require('./program')

const MIB = 2 ** 20
const linux = process.platform === 'linux'

const entries = (folder) => (linux ? fs.readdirSync(folder).length : 0)
const threads = () => entries('/proc/self/task')
const descriptors = () => entries('/proc/self/fd')

/** Resident memory, after garbage collection if the program has --expose-gc. */
const residentMemory = () => {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}

/** Waits until `count` gives `expected`: a thread that was joined is listed for a moment longer. */
const returnsTo = async (count, expected, what, step = () => {}) => {
  for (let tries = 0; count() !== expected && tries < 1000; tries++) {
    step()
    await sleep(10)
  }
  assert.equal(count(), expected, what)
}

/** What is held now, to be compared with later. */
const snapshot = () => ({ threads: threads(), descriptors: descriptors() })

/** Waits until as many threads and descriptors are there as in `before`. */
const returnTo = async (before, step) => {
  await returnsTo(threads, before.threads, 'threads', step)
  await returnsTo(descriptors, before.descriptors, 'file descriptors', step)
}

module.exports = { MIB, linux, residentMemory, returnTo, snapshot, threads }
