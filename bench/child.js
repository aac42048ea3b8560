'use strict'

// One measurement, or the check of one peer, in a process of its own: clean memory, and loops that V8 compiles for one
// peer alone. The job comes as an argument, the answer goes to the parent as a message.

const { threadClock } = require('./clock.js')
const { operations } = require('./operations/index.js')
const { peers } = require('./peers/index.js')
const { modesOf, workloadsOf } = require('./plan.js')
const { workloads } = require('./workloads/index.js')

/** @typedef {import('./run.js').Job} Job */
/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {import('./operations/subject.js').Subject} Subject */

/**
 * Writes before the measured ones, in stores that are then closed: enough to be compiled, and no more than a share of all, where
 * the workload does not say which. Code that V8 has compiled for one store it compiles anew for a second one.
 */
const WARM = { most: 200_000, share: 1 / 2, stores: 3 }
/** Writes of a check. */
const CHECKED = { tick: 100, count: 1000 }

const clock = threadClock()

/** @param {Peer} peer @param {Omit<Subject, 'store' | 'open' | 'clock'>} plan */
async function run(peer, plan) {
  const open = () => peer.open(plan.workload, plan)
  const store = await open()
  try {
    return await operations[plan.workload.operation]({ ...plan, store, open, clock })
  } finally {
    await store.close()
  }
}

/** @param {Peer} peer @param {Job} job */
async function measureJob(peer, { workload: name, mode, tick, count }) {
  const workload = workloads.find((workload) => workload.name === name)
  if (workload === undefined) throw new TypeError(`There is no workload ${name}`)
  const share = workload.sizes.find((size) => size.tick === tick)?.warm
  const all = share === undefined ? Math.min(WARM.most, count * WARM.share) : count * share
  const warm = { workload, mode, tick, count: Math.ceil(all / WARM.stores / tick) * tick, thorough: false }
  for (let store = 0; store < WARM.stores; store++) await run(peer, warm)
  return run(peer, { workload, mode, tick, count, thorough: false })
}

/**
 * Writes with the peer in every way in which it is measured, and compares every record.
 * @param {Peer} peer
 */
async function checkPeer(peer) {
  for (const workload of workloadsOf(peer, workloads)) {
    for (const mode of modesOf(peer, workload, false)) {
      try {
        await run(peer, { workload, mode, ...CHECKED, thorough: true })
      } catch (cause) {
        throw new Error(`${workload.name}, ${mode}: ${cause instanceof Error ? cause.message : cause}`, { cause })
      }
    }
  }
}

async function main() {
  /** @type {Job | { check: string }} */
  const job = JSON.parse(/** @type {string} */ (process.argv[2]))
  const name = 'check' in job ? job.check : job.peer
  const peer = peers.find((peer) => peer.name === name)
  if (peer === undefined) throw new TypeError(`There is no peer ${name}`)
  return 'check' in job ? { checked: await checkPeer(peer) ?? true } : measureJob(peer, job)
}

main().then(
  (answer) => process.send?.(answer, () => process.exit(0)),
  (error) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
)
