'use strict'
// How long the event loop and libuv's pool make others wait, sampled while something else goes on in the process.

const crypto = require('node:crypto')
const fs = require('node:fs')
const { promisify } = require('node:util')

/** Milliseconds between two samples of a kind. */
const PAUSE = 10
const ITERATIONS = 1000

const pbkdf2 = promisify(crypto.pbkdf2)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const KINDS = {
  'timer, late by': async () => {
    const due = performance.now() + PAUSE
    await sleep(PAUSE)
    return performance.now() - due
  },
  setImmediate: (started) => new Promise((resolve) => setImmediate(() => resolve(performance.now() - started))),
  'fs.stat': async (started) => {
    await fs.promises.stat(__filename)
    return performance.now() - started
  },
  'crypto.pbkdf2': async (started) => {
    await pbkdf2('secret', 'salt', ITERATIONS, 32, 'sha256')
    return performance.now() - started
  }
}

/** Samples each kind for `seconds`; gives its number of samples, median, 99th percentile and maximum in milliseconds. */
const sample = async (seconds) => {
  const end = performance.now() + seconds * 1000
  const rows = await Promise.all(Object.entries(KINDS).map(async ([kind, measure]) => {
    const samples = []
    while (performance.now() < end) {
      samples.push(await measure(performance.now()))
      await sleep(PAUSE)
    }
    samples.sort((a, b) => a - b)
    const at = (share) => samples[Math.floor(share * (samples.length - 1))]
    return { kind, count: samples.length, p50: at(0.5), p99: at(0.99), max: at(1) }
  }))
  return rows
}

module.exports = { sample }
