'use strict'

// Several JS threads that write to one store at once, each measurement in a process of its own.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { contenders } = require('./stores.js')

/** @typedef {import('./measure.js').Sample} Sample */
/** @typedef {import('./measure.js').Job} Job */
/** @typedef {Job['mode']} Mode */
/** @typedef {Job & { samples: Sample[] }} Crowd */

const THREADS = [1, 2, 4]
const TICK = 1000
const [COUNT, QUICK_COUNT] = [300_000, 50_000]
const ROUNDS = 3

/** Each mode by each number of threads to one type, and by two threads to a type each. */
const PLANS = /** @type {const} */ (['awaited', 'drained']).flatMap((mode) => (
  [...THREADS.map((threads) => ({ mode, threads, types: 1 })), { mode, threads: 2, types: 2 }]
))

/** @param {boolean} quick @returns {Job[]} */
const jobs = (quick) => PLANS.flatMap((plan) => contenders.map(({ name }) => (
  { contender: name, ...plan, tick: TICK, count: quick ? QUICK_COUNT : COUNT }
)))

/** @param {Job} job @returns {Promise<Sample>} */
async function measure(job) {
  const child = fork(join(__dirname, 'measure.js'), [JSON.stringify(job)], { execArgv: ['--no-warnings'] })
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (answer?.wall === undefined) throw new Error(`${job.contender}, ${job.threads} threads, ${job.mode}: ${answer?.failed ?? answer}`)
  return answer
}

/**
 * Measures each contender that is among `peers`. Every one runs once a round, and each round starts with another one.
 * @param {{ name: string }[]} peers
 * @param {{ quick: boolean, rounds?: number, onProgress: (text: string) => void }} plan
 * @returns {Promise<Crowd[]>}
 */
exports.measureThreads = async (peers, { quick, rounds = ROUNDS, onProgress }) => {
  const able = jobs(quick).filter(({ contender }) => peers.some(({ name }) => name === contender))
  /** @type {Crowd[]} */
  const crowds = able.map((job) => ({ ...job, samples: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const place of crowds.keys()) {
      const crowd = /** @type {Crowd} */ (crowds[(place + round) % crowds.length])
      const { samples, ...job } = crowd
      onProgress(`threads, round ${round + 1}: ${job.contender} ${job.mode}, ${job.threads}`)
      samples.push(await measure(job))
    }
  }
  return crowds
}
