'use strict'

// How long a store takes to open: from its log, and from snapshots.

const { join } = require('node:path')
const { open } = require('../../index.js')
const { fields, record } = require('../workloads/members.js')

/** Records of a `createMany`. */
const MANY = 1000

/**
 * @typedef {object} Opening
 * @property {number} records
 * @property {number} logBytes
 * @property {number} replayMs to open from the log alone
 * @property {number} snapshotMs to open after a checkpoint
 */

/** @param {string} path @returns {Promise<{ ms: number, recovery: import('../../index.js').Recovery }>} */
async function timedOpen(path) {
  const start = performance.now()
  const db = await open({ path })
  const ms = performance.now() - start
  const { recovery } = db.stats()
  await db.close()
  if (recovery === undefined) throw new Error('a store with a path tells what opening it found')
  return { ms, recovery }
}

/** @param {string} folder an empty one @param {number} records @returns {Promise<Opening>} */
exports.measureOpening = async (folder, records) => {
  const path = join(folder, 'store')
  const db = await open({ schema: { member: fields }, path })
  for (let first = 0; first < records; first += MANY) {
    db.createMany('member', Array.from({ length: MANY }, (_, i) => /** @type {any} */ (record(first + i))))
    await db.drain()
  }
  await db.close()
  const replay = await timedOpen(path)
  if (replay.recovery.operations !== records) throw new Error('the log was to be all of the store')
  const again = await open({ path })
  await again.checkpoint()
  await again.close()
  const snapshot = await timedOpen(path)
  if (snapshot.recovery.rows !== records) throw new Error('the snapshot was to be all of the store')
  return { records, logBytes: replay.recovery.bytes, replayMs: replay.ms, snapshotMs: snapshot.ms }
}
