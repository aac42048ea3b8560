'use strict'

// One write at a time, as durable as the disk: an awaited create, and the least that it could be, a write of as many bytes and
// its fdatasync.

const { closeSync, fdatasync, fdatasyncSync, openSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { promisify } = require('node:util')
const { open } = require('../../index.js')
const { medianOf } = require('../summary.js')
const { fields, record } = require('../workloads/members.js')

const WRITES = 400
/** Writes of a kind that follow each other: whoever awaits one write makes the next. */
const IN_A_ROW = 20
/** Bytes that the log has of a create alone: a record's header of 40, a frame's, and the row. */
const SINGLE = 120
/** Bytes of a tick of 1,000. */
const TICK = 55_000

/** @param {() => unknown} f @returns {Promise<number>} how many microseconds it takes */
async function timed(f) {
  const start = performance.now()
  await f()
  return (performance.now() - start) * 1e3
}

const syncElsewhere = promisify(fdatasync)

/**
 * Microseconds, p50: a create; a write of its bytes with a sync, on this thread and on one of libuv's, which is the least
 * that it takes while the event loop is free; and one of the bytes of a tick.
 * @typedef {{ create: number, write: number, elsewhere: number, tick: number }} Single
 *
 * @param {string} folder @returns {Promise<Single>}
 */
exports.measureSingle = async (folder) => {
  const db = await open({ schema: { member: fields }, path: join(folder, 'store'), durability: 'disk' })
  const [single, ticks] = [openSync(join(folder, 'single'), 'w'), openSync(join(folder, 'ticks'), 'w')]
  /** @param {number} file @param {Buffer} bytes */
  const written = (file, bytes) => timed(() => {
    writeSync(file, bytes)
    fdatasyncSync(file)
  })
  /** @type {{ create: number[], write: number[], elsewhere: number[], tick: number[] }} */
  const times = { create: [], write: [], elsewhere: [], tick: [] }
  const [few, many] = [Buffer.alloc(SINGLE), Buffer.alloc(TICK)]
  for (let first = 0; first < WRITES; first += IN_A_ROW) {
    for (let i = first; i < first + IN_A_ROW; i++) {
      times.create.push(await timed(() => db.create('member', /** @type {any} */ (record(i)))))
    }
    for (let i = 0; i < IN_A_ROW; i++) times.write.push(await written(single, few))
    for (let i = 0; i < IN_A_ROW; i++) {
      times.elsewhere.push(await timed(() => {
        writeSync(single, few)
        return syncElsewhere(single)
      }))
    }
    for (let i = 0; i < IN_A_ROW / 4; i++) times.tick.push(await written(ticks, many))
  }
  closeSync(single)
  closeSync(ticks)
  await db.close()
  const { create, write, elsewhere, tick } = times
  return { create: medianOf(create), write: medianOf(write), elsewhere: medianOf(elsewhere), tick: medianOf(tick) }
}
