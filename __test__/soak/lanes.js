'use strict'
// Activities side by side in one process, each started as soon as one before it is through.

const { activityOf } = require('./activities')

/** Activities at a time. */
const LANES = 3
/** An activity takes well under ten seconds on a slow machine; one that takes this long will never end. */
const MOST_SECONDS = 120
/** A prime, so that activities of neighbouring seeds are not the same ones. */
const SEED_STEP = 7919

const within = (promise, seconds) => {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${seconds} seconds`)), seconds * 1000)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

class Lanes {
  passed = 0
  /** @type {string[]} what went wrong */
  failures = []
  #seed
  #next

  /** Activity number n of a seed is always the same; `first` is the number to start with. */
  constructor (seed, first) {
    this.#seed = seed
    this.#next = first
  }

  /** Runs activities until the time `end`, or until one fails. */
  async run (end) {
    await Promise.all(Array.from({ length: LANES }, async () => {
      while (performance.now() < end && this.failures.length === 0) await this.#runOne(this.#next++)
    }))
  }

  async #runOne (number) {
    const { title, run } = activityOf((this.#seed + number * SEED_STEP) >>> 0)
    try {
      await within(run(), MOST_SECONDS)
      this.passed++
    } catch (error) {
      this.failures.push(`activity ${number}, ${title}: ${error.stack}`)
    }
  }
}

module.exports = { Lanes }
