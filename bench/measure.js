'use strict'

const { deepStrictEqual } = require('node:assert/strict')
const { performance } = require('node:perf_hooks')
const { setImmediate } = require('node:timers/promises')

/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {import('./peers/peer.js').Mode} Mode */
/** @typedef {import('./peers/peer.js').Store} Store */
/** @typedef {import('./peers/peer.js').Workload} Workload */
/** @typedef {{ wall: number, thread: number }} Sample nanoseconds a record: end to end, and of the JS thread */
/** @typedef {{ peer: Peer, mode: Mode, samples: Sample[] }} Contender */

const RECORDS_PER_TICK = 1000

/**
 * @typedef {object} Plan
 * @property {Workload} workload
 * @property {number} records a whole number of ticks
 * @property {number} rounds
 * @property {{ workers?: number }} options for the peers
 * @property {import('./clock.js').ThreadClock} clock
 * @property {(done: string) => void} onProgress
 */

/**
 * Every contender once a round, each time in a fresh store, and each round starting with another one.
 * @param {Peer[]} peers
 * @param {Plan} plan
 * @returns {Promise<Contender[]>}
 */
async function measureAll (peers, plan) {
  const contenders = peers.flatMap((peer) => peer.modes.map((mode) => (
    { peer, mode, samples: /** @type {Sample[]} */ ([]) }
  )))
  for (const { peer, mode } of contenders) await measureOnce(peer, mode, plan) // warm: compiled, and pages faulted in
  for (let round = 0; round < plan.rounds; round++) {
    for (const [place] of contenders.entries()) {
      const contender = contenders[(place + round) % contenders.length]
      if (contender === undefined) continue
      const { peer, mode, samples } = contender
      plan.onProgress(`round ${round + 1} of ${plan.rounds}: ${peer.name} ${mode}`)
      samples.push(await measureOnce(peer, mode, plan))
    }
  }
  return contenders
}

/**
 * @param {Peer} peer
 * @param {Mode} mode
 * @param {Plan} plan
 * @returns {Promise<Sample>}
 */
async function measureOnce (peer, mode, { workload, records, options, clock }) {
  const store = await peer.open(workload, options)
  try {
    globalThis.gc?.()
    const threadBefore = clock.now()
    const from = performance.now()
    await writeAll(store, mode, records)
    const wall = (performance.now() - from) * 1e6
    const thread = clock.now() - threadBefore
    check(peer, store, workload, records)
    return { wall: wall / records, thread: thread / records }
  } finally {
    await store.close()
  }
}

/**
 * @param {Store} store
 * @param {Mode} mode
 * @param {number} records
 */
async function writeAll (store, mode, records) {
  if (mode === 'awaited') {
    for (let first = 0; first < records; first += RECORDS_PER_TICK) await store.awaitedTick(first, RECORDS_PER_TICK)
    return
  }
  for (let first = 0; first < records; first += RECORDS_PER_TICK) {
    store.tick(first, RECORDS_PER_TICK)
    await setImmediate()
  }
  await store.settled()
}

/**
 * A fast wrong answer is no answer: the count, and records from all over.
 * @param {Peer} peer
 * @param {Store} store
 * @param {Workload} workload
 * @param {number} records
 */
function check (peer, store, workload, records) {
  deepStrictEqual(store.count(), records, `${peer.name} holds another number of records than were written`)
  const step = Math.ceil(records / 100)
  for (let index = 0; index < records; index += step) {
    deepStrictEqual({ ...store.get(index) }, workload.record(index), `${peer.name}: record ${index}`)
  }
  deepStrictEqual({ ...store.get(records - 1) }, workload.record(records - 1), `${peer.name}: the last record`)
}

exports.RECORDS_PER_TICK = RECORDS_PER_TICK
exports.measureAll = measureAll
