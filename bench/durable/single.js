'use strict'

// One write at a time, as durable as the disk: an awaited create, and the least that it could be, a write of as many bytes and
// its fdatasync.

const { closeSync, fdatasyncSync, openSync, statSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { open } = require('../../index.js')
const { fields, record } = require('../workloads/members.js')

const WRITES = 400

/** @param {number[]} times */
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1] ?? NaN

/** Microseconds, p50: a create, and a write with its sync. @param {string} folder */
exports.measureSingle = async (folder) => {
  const path = join(folder, 'store')
  const db = await open({ schema: { member: fields }, path, durability: 'disk' })
  const file = openSync(join(folder, 'raw'), 'w')
  const creates = []
  const writes = []
  // A record of the log with one frame of one row: 40 bytes, a frame's header, and the row.
  const bytes = Buffer.alloc(120)
  for (let i = 0; i < WRITES; i++) {
    let start = performance.now()
    await db.create('member', /** @type {any} */ (record(i)))
    creates.push((performance.now() - start) * 1e3)
    start = performance.now()
    writeSync(file, bytes)
    fdatasyncSync(file)
    writes.push((performance.now() - start) * 1e3)
  }
  closeSync(file)
  await db.close()
  if (statSync(join(folder, 'raw')).size !== WRITES * bytes.length) throw new Error('the file was to have all writes')
  return { create: median(creates), write: median(writes) }
}
