'use strict'

const { fork } = require('node:child_process')
const { join } = require('node:path')
const { hostOf } = require('./peers/host.js')
const { countOf, modesOf, roundsOf, sizesOf, workloadsOf } = require('./plan.js')

/** @typedef {import('./peers/peer.js').Peer} Peer */
/** @typedef {import('./peers/peer.js').Mode} Mode */
/** @typedef {import('./workloads/workload.js').Workload} Workload */
/** @typedef {import('./workloads/workload.js').Size} Size */
/** @typedef {import('./operations/subject.js').Sample} Sample */
/** @typedef {{ workload: string, tick: number, count: number, peer: string, mode: Mode }} Job */
/** @typedef {Job & { samples: Sample[], failed?: string }} Cell */

/** Milliseconds after which a child is taken for stuck. */
const PATIENCE = 600_000

/**
 * Runs a job in a child process, on the Node that the peer needs.
 * @template T
 * @param {string} node
 * @param {Job | { check: string }} job
 * @returns {Promise<T>}
 */
function runChild(node, job) {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'child.js'), [JSON.stringify(job)], {
      execPath: node,
      execArgv: ['--expose-gc', '--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: PATIENCE
    })
    let said = ''
    /** @type {any} */
    let answer
    child.stderr?.on('data', (chunk) => { said += chunk })
    child.on('message', (message) => { answer = message })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (answer !== undefined && answer.failed === undefined) return resolve(answer)
      reject(new Error(answer?.failed ?? (said.trim().split('\n').at(-1) || `it ended with ${signal ?? code}`)))
    })
  })
}

/**
 * Checks each peer: what it was given is read back and compared.
 * @param {Peer[]} peers
 * @param {(text: string) => void} onProgress
 * @returns {Promise<{ able: Peer[], missing: { peer: Peer, reason: string }[] }>}
 */
exports.checkAll = async (peers, onProgress) => {
  const able = []
  const missing = []
  for (const peer of peers) {
    onProgress(`checking ${peer.name}`)
    const host = hostOf(peer)
    try {
      if ('reason' in host) throw new Error(host.reason)
      await runChild(host.node, { check: peer.name })
      able.push(peer)
    } catch (error) {
      missing.push({ peer, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { able, missing }
}

/**
 * Measures all peers on all workloads. Of each size of a workload every contender runs once a round, and each round
 * starts with another one, so that what else the machine does falls on all of them. What no target is about has fewer rounds.
 * @param {Peer[]} peers
 * @param {Workload[]} workloads
 * @param {{ quick: boolean, ticks?: number[], rounds?: number, onProgress: (text: string) => void }} plan
 * @returns {Promise<Cell[]>}
 */
exports.measureAll = async (peers, workloads, plan) => {
  const { quick, onProgress } = plan
  /** @type {Cell[]} */
  const cells = []
  for (const workload of workloads) {
    const able = peers.filter((peer) => workloadsOf(peer, [workload], quick).length > 0)
    for (const size of sizesOf(workload, plan)) {
      const contenders = able.flatMap((peer) => modesOf(peer, workload, quick).map((mode) => {
        const cell = newCell(workload, size, peer, mode)
        return { peer, cell, rounds: plan.rounds ?? roundsOf(cell, size) }
      }))
      const most = Math.max(...contenders.map((contender) => contender.rounds))
      for (let round = 0; round < most; round++) {
        for (const place of contenders.keys()) {
          const { peer, cell, rounds } = /** @type {typeof contenders[number]} */ (contenders[(place + round) % contenders.length])
          if (round >= rounds) continue
          onProgress(`${workload.name}, ${size.tick} a tick, round ${round + 1}: ${peer.name} ${cell.mode}`)
          await measureCell(peer, cell)
        }
      }
      cells.push(...contenders.map(({ cell }) => cell))
    }
  }
  return cells
}

/** @param {Workload} workload @param {Size} size @param {Peer} peer @param {Mode} mode @returns {Cell} */
const newCell = (workload, size, peer, mode) => {
  const which = { workload: workload.name, tick: size.tick, peer: peer.name, mode }
  return { ...which, count: countOf(which, size, peer), samples: [] }
}

/** A peer that fails is left out from there on; millrace must not fail. @param {Peer} peer @param {Cell} cell */
async function measureCell(peer, cell) {
  const host = hostOf(peer)
  if (cell.failed !== undefined || 'reason' in host) return
  const { workload, tick, count, mode } = cell
  try {
    cell.samples.push(await runChild(host.node, { workload, tick, count, peer: peer.name, mode }))
  } catch (error) {
    cell.failed = error instanceof Error ? error.message : String(error)
    if (peer.name.startsWith('millrace')) throw new Error(`${peer.name}, ${workload}, ${mode}: ${cell.failed}`, { cause: error })
  }
}
