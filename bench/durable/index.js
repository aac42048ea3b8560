'use strict'

// Stores on disk, compared in one run on one disk.
//   npm install --prefix bench && npm run bench:durable [-- --quick] [--folder FOLDER]

const { mkdtempSync, readdirSync, rmSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { setImmediate } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { threadClock } = require('../clock.js')
const { summaryOf } = require('../summary.js')
const { measureOpening } = require('./recovery.js')
const { measureSingle } = require('./single.js')
const { contenders } = require('./stores.js')

/** @typedef {import('./stores.js').Contender} Contender */
/** @typedef {{ wall: number, thread: number, bytes: number }} Sample nanoseconds and bytes on disk, a record */

const TICK = 1000
const clock = threadClock()

/** @param {string} folder @returns {number} bytes of its files as the disk has them, also of those inside folders */
const bytesOf = (folder) => readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
  const path = join(folder, entry.name)
  return sum + (entry.isDirectory() ? bytesOf(path) : statSync(path).blocks * 512)
}, 0)

/**
 * Calls `f` with a new folder.
 * @template T
 * @param {string} root @param {(folder: string) => Promise<T>} f @returns {Promise<T>}
 */
async function inFolder(root, f) {
  const folder = mkdtempSync(join(root, 'millrace-bench-'))
  try {
    return await f(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {Contender} contender @param {string} folder @param {number} records @returns {Promise<Sample>} */
async function measure({ open }, folder, records) {
  const store = await open(folder)
  globalThis.gc?.()
  const [start, before] = [performance.now(), clock.now()]
  for (let first = 0; first < records; first += TICK) {
    await store.tick(first, TICK)
    await setImmediate()
  }
  await store.settled()
  const [wall, thread] = [(performance.now() - start) * 1e6 / records, (clock.now() - before) / records]
  await store.close()
  return { wall, thread, bytes: bytesOf(folder) / records }
}

/** @param {number} value */
const show = (value) => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })

/** @param {number[]} values */
const range = (values) => {
  const { median, min, max } = summaryOf(values)
  return `${show(median)} (${show(min)}–${show(max)})`
}

async function main() {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, folder: { type: 'string', default: process.cwd() } } })
  const [rounds, records] = values.quick ? [1, 20_000] : [5, 300_000]
  const { folder: root } = values
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(contenders.map(({ name }) => [name, []]))
  for (const contender of contenders) await inFolder(root, (folder) => measure(contender, folder, records / 10))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = /** @type {Contender} */ (contenders[(i + round) % contenders.length])
      samples.get(contender.name)?.push(await inFolder(root, (folder) => measure(contender, folder, records)))
    }
  }
  console.log(`Creates of members, ${show(records)}, ${TICK} a tick, ${rounds} rounds: median (min–max), ns a create; JS thread: ${clock.name}\n`)
  console.log(`${''.padEnd(40)} ${'end to end'.padEnd(24)} ${'JS thread'.padEnd(20)} bytes on disk`)
  for (const [name, list] of samples) {
    const [wall, thread, bytes] = [list.map((one) => one.wall), list.map((one) => one.thread), list.map((one) => one.bytes)]
    console.log(`${name.padEnd(40)} ${range(wall).padEnd(24)} ${range(thread).padEnd(20)} ${show(summaryOf(bytes).median)}`)
  }
  const single = await inFolder(root, measureSingle)
  console.log(`\none awaited create, 'disk', p50: ${show(single.create)} µs; a write and fdatasync of as much: ${show(single.write)} µs\n`)
  const openings = []
  for (const part of [0.1, 0.3, 1]) openings.push(await inFolder(root, (folder) => measureOpening(folder, records * 2 * part)))
  for (const { records: count, logBytes, replayMs, snapshotMs } of openings) {
    console.log(`open ${show(count)} records: ${show(replayMs)} ms from ${show(logBytes / 2 ** 20)} MiB of log, ${show(snapshotMs)} ms from a snapshot`)
  }
  printTargets(samples, single, /** @type {import('./recovery.js').Opening} */ (openings.at(-1)))
}

/**
 * @param {Map<string, Sample[]>} samples
 * @param {{ create: number, write: number }} single
 * @param {import('./recovery.js').Opening} opening the largest
 */
function printTargets(samples, single, opening) {
  /** @param {string} name @param {string} base @param {'wall' | 'thread'} what */
  const ratio = (name, base, what = 'wall') => {
    const bases = samples.get(base) ?? []
    return summaryOf((samples.get(name) ?? []).map((sample, round) => sample[what] / (bases[round]?.[what] ?? NaN))).median
  }
  const [os, disk] = ["millrace, 'os'", "millrace, 'disk'"]
  /** @type {[string, number, string, boolean][]} */
  const targets = [
    ["'os' against memory, end to end", ratio(os, 'millrace, in memory'), 'at most 1.5', ratio(os, 'millrace, in memory') <= 1.5],
    ["'os' against memory, JS thread", ratio(os, 'millrace, in memory', 'thread'), 'unchanged', ratio(os, 'millrace, in memory', 'thread') <= 1.1],
    ["'os' against lmdb", ratio(os, 'lmdb'), 'at most 0.33', ratio(os, 'lmdb') <= 1 / 3],
    ["'disk' against better-sqlite3", ratio(disk, 'better-sqlite3, WAL, synchronous = FULL'), 'at most 0.33', ratio(disk, 'better-sqlite3, WAL, synchronous = FULL') <= 1 / 3],
    ["'disk' against lmdb without overlappingSync", ratio(disk, 'lmdb, overlappingSync: false'), 'at most 0.25', ratio(disk, 'lmdb, overlappingSync: false') <= 1 / 4],
    ['a single create against write and fdatasync', single.create / single.write, 'at most 1.5', single.create / single.write <= 1.5],
    ['millions of operations replayed a second', opening.records / opening.replayMs / 1e3, 'at least 3', opening.records / opening.replayMs >= 3e3],
    ['the same in rows from a snapshot', opening.records / opening.snapshotMs / 1e3, 'at least 6', opening.records / opening.snapshotMs >= 6e3]
  ]
  console.log('\nTargets')
  for (const [what, value, target, met] of targets) console.log(`${what.padEnd(46)} ${show(value).padEnd(8)} ${target.padEnd(14)} ${met ? 'yes' : 'no'}`)
}

if (globalThis.gc === undefined) {
  console.error('Run it with --expose-gc: npm run bench:durable')
  process.exitCode = 1
} else {
  main().catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
}
