'use strict'

// Stores on disk, compared in one run on one disk.
//   npm install --prefix bench && npm run bench:durable [-- --quick] [--only creates|single|opening] [--folder FOLDER]

const { mkdtempSync, readdirSync, rmSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { setImmediate } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { threadClock } = require('../clock.js')
const { medianOf, summaryOf } = require('../summary.js')
const { measureOpening } = require('./recovery.js')
const { measureSingle } = require('./single.js')
const { contenders } = require('./stores.js')

/** @typedef {import('./stores.js').Contender} Contender */
/** @typedef {{ wall: number, thread: number, bytes: number }} Sample nanoseconds and bytes on disk, a record */

const TICK = 1000
/** Of so many records one is written before the measured ones, in the same store: a full collection makes V8's heap small. */
const LEAD = 4
/** The warm-up takes so many times fewer records. */
const WARM = 3
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

/**
 * Writes the records from `from` to before `end`, and waits for them.
 * @param {import('./stores.js').Store} store @param {number} from @param {number} end
 */
async function write(store, from, end) {
  for (let first = from; first < end; first += TICK) {
    await store.tick(first, TICK)
    await setImmediate()
  }
  await store.settled()
}

/** @param {Contender} contender @param {string} folder @param {number} records @returns {Promise<Sample>} */
async function measure({ open }, folder, records) {
  const store = await open(folder)
  globalThis.gc?.()
  const lead = Math.floor(records / LEAD / TICK) * TICK
  await write(store, 0, lead)
  const [start, before] = [performance.now(), clock.now()]
  await write(store, lead, records)
  const count = records - lead
  const [wall, thread] = [(performance.now() - start) * 1e6 / count, (clock.now() - before) / count]
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

/**
 * The contenders that run here, warmed up: an addon may not be built.
 * @param {string} root @param {number} records
 */
async function presentContenders(root, records) {
  const present = []
  for (const contender of contenders) {
    try {
      await inFolder(root, (folder) => measure(contender, folder, records))
      present.push(contender)
    } catch (error) {
      if (contender.name.startsWith('millrace')) throw error
      console.log(`${contender.name} is left out: ${/** @type {Error} */ (error).message.split('\n')[0]}\n`)
    }
  }
  return present
}

/** @typedef {[what: string, value: number, target: string, isMet: boolean]} Target */

/** @param {string} what @param {number} value @param {number} most @returns {Target} */
const atMost = (what, value, most) => [what, value, `at most ${show(most)}`, value <= most]

/** @param {string} what @param {number} value @param {number} least @returns {Target} */
const atLeast = (what, value, least) => [what, value, `at least ${show(least)}`, value >= least]

/** @param {string} root @param {number} rounds @param {number} records @returns {Promise<Target[]>} */
async function measureCreates(root, rounds, records) {
  const present = await presentContenders(root, Math.ceil(records / WARM / TICK) * TICK)
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(present.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < present.length; i++) {
      const contender = /** @type {Contender} */ (present[(i + round) % present.length])
      samples.get(contender.name)?.push(await inFolder(root, (folder) => measure(contender, folder, records)))
    }
  }
  console.log(`Creates of members, ${show(records)}, ${TICK} a tick, ${rounds} rounds: median (min–max), ns a create; JS thread: ${clock.name}\n`)
  console.log(`${''.padEnd(40)} ${'end to end'.padEnd(24)} ${'JS thread'.padEnd(20)} bytes on disk`)
  for (const [name, list] of samples) {
    const [wall, thread, bytes] = [list.map((one) => one.wall), list.map((one) => one.thread), list.map((one) => one.bytes)]
    console.log(`${name.padEnd(40)} ${range(wall).padEnd(24)} ${range(thread).padEnd(20)} ${show(summaryOf(bytes).median)}`)
  }
  /** @param {string} name @param {string} base @param {'wall' | 'thread'} what */
  const ratio = (name, base, what = 'wall') => {
    const bases = samples.get(base) ?? []
    return medianOf((samples.get(name) ?? []).map((sample, round) => sample[what] / (bases[round]?.[what] ?? NaN)))
  }
  const [memory, os, disk] = ['millrace, in memory', "millrace, 'os'", "millrace, 'disk'"]
  return [
    atMost("'os' against memory, end to end", ratio(os, memory), 1.5),
    atMost("'os' against memory, JS thread", ratio(os, memory, 'thread'), 1.1),
    atMost("'disk' against memory, JS thread", ratio(disk, memory, 'thread'), 1.1),
    atMost("'os' against lmdb", ratio(os, 'lmdb'), 1 / 3),
    atMost("'disk' against better-sqlite3", ratio(disk, 'better-sqlite3, WAL, synchronous = FULL'), 1 / 3),
    atMost("'disk' against lmdb without overlappingSync", ratio(disk, 'lmdb, overlappingSync: false'), 1 / 4)
  ]
}

/** @param {string} root @param {number} rounds @returns {Promise<Target[]>} */
async function measureSingles(root, rounds) {
  /** @type {import('./single.js').Single[]} */
  const singles = []
  for (let round = 0; round < rounds; round++) singles.push(await inFolder(root, measureSingle))
  /** @param {(single: import('./single.js').Single) => number} f its figure of each round */
  const of = (f) => range(singles.map(f))
  console.log(`\none awaited create, 'disk', p50: ${of((single) => single.create)} µs; a write and fdatasync of as much: ${of((single) => single.write)} µs`)
  console.log(`the same with the fdatasync on another thread, by fs.fdatasync: ${of((single) => single.elsewhere)} µs`)
  console.log(`a write and fdatasync of as much as a tick: ${of((single) => single.tick)} µs`)
  return [atMost('a single create against write and fdatasync', medianOf(singles.map(({ create, write }) => create / write)), 1.5)]
}

/** @param {string} root @param {number} records @returns {Promise<Target[]>} */
async function measureOpenings(root, records) {
  console.log()
  let [replay, snapshot] = [0, 0]
  for (const part of [0.1, 0.3, 1]) {
    const { records: count, logBytes, replayMs, snapshotMs } = await inFolder(root, (folder) => measureOpening(folder, records * part))
    console.log(`open ${show(count)} records: ${show(replayMs)} ms from ${show(logBytes / 2 ** 20)} MiB of log, ${show(snapshotMs)} ms from a snapshot`)
    ;[replay, snapshot] = [count / replayMs / 1e3, count / snapshotMs / 1e3]
  }
  return [atLeast('millions of operations replayed a second', replay, 3), atLeast('the same in rows from a snapshot', snapshot, 6)]
}

async function main() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, folder: { type: 'string', default: process.cwd() } }
  })
  const [rounds, records, opened] = values.quick ? [1, 20_000, 40_000] : [5, 400_000, 600_000]
  /** @type {Record<string, () => Promise<Target[]>>} */
  const parts = {
    creates: () => measureCreates(values.folder, rounds, records),
    single: () => measureSingles(values.folder, rounds),
    opening: () => measureOpenings(values.folder, opened)
  }
  if (values.only !== undefined && parts[values.only] === undefined) {
    throw new Error(`--only takes ${Object.keys(parts).join(', ')}, not ${values.only}`)
  }
  /** @type {Target[]} */
  const targets = []
  for (const [name, part] of Object.entries(parts)) {
    if (values.only === undefined || values.only === name) targets.push(...await part())
  }
  console.log('\nTargets')
  // One against a contender that was left out is no number.
  for (const [what, value, target, isMet] of targets.filter((one) => !Number.isNaN(one[1]))) {
    console.log(`${what.padEnd(46)} ${show(value).padEnd(8)} ${target.padEnd(14)} ${isMet ? 'yes' : 'no'}`)
  }
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
