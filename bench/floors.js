'use strict'

// What a create of *members* is made of, each part alone in a loop: no way of writing it with this design could cost less
// than their sum.
//   node bench/floors.js     (after a run of the benchmark, which builds its native parts)

const { spawnSync } = require('node:child_process')
const { setImmediate } = require('node:timers/promises')
const binding = require('../binding.js')
const { open } = require('../index.js')
const { loadFloor } = require('./native.js')
const members = require('./workloads/members.js')

/** @typedef {'un-awaited' | 'awaited' | 'tick'} Use which sum a part belongs to: of every create, or of every tick */
/** @typedef {{ what: string, of: Use[], ns: number }} Floor nanoseconds a create, call or turn */

const TICK = 1000
const TICKS = 300
/** For what takes microseconds. */
const FEW_TICKS = 20
const ROUNDS = 7

/** Where results go, so that V8 makes them. @type {unknown} */
let _sink

/** The functions of a tick's promises, and how many there are. @type {(((id: number) => void) | undefined)[]} */
let resolves = []
let made = 0
/** @param {(id: number) => void} resolve */
const capture = (resolve) => { resolves[made] = resolve }

/** A tick of promises, settled once the caller is done: sooner than workers could. @param {boolean} awaited */
async function promises(awaited) {
  const kept = []
  // oxlint-disable-next-line no-new-array
  resolves = new Array(TICK)
  for (made = 0; made < TICK; made++) {
    const promise = new Promise(capture)
    if (awaited) kept.push(promise)
  }
  await undefined
  for (let i = 0; i < TICK; i++) {
    resolves[i]?.(i)
    resolves[i] = undefined
  }
  if (awaited) await Promise.all(kept)
}

const buffer = /** @type {any} */ (Buffer.from(new SharedArrayBuffer(1 << 20)))

const records = Array.from({ length: TICK }, (_, index) => /** @type {any} */ (members.record(index)))
const NAMES = ['name', 'email', 'age', 'score', 'active']
const columns = {
  name: new Uint32Array(TICK),
  email: new Uint32Array(TICK),
  age: new Uint8Array(TICK),
  score: new Float64Array(TICK),
  active: new Uint8Array(TICK)
}

/**
 * Each record's values and keys checked by code for these five fields, its numbers stored into columns, and each column of
 * strings gathered in one, which is written with one call.
 */
function stores() {
  let [names, emails] = ['', '']
  for (let i = 0; i < TICK; i++) {
    const record = records[i]
    const { name, email, age, score, active } = record
    if (typeof name !== 'string' || typeof email !== 'string' || typeof active !== 'boolean') throw new TypeError('a value')
    if (typeof score !== 'number' || typeof age !== 'number' || (age & 0xff) !== age) throw new TypeError('a number')
    let next = 0
    for (const key in record) if (key !== NAMES[next++]) throw new TypeError('a key')
    columns.name[i] = name.length
    columns.email[i] = email.length
    columns.age[i] = age
    columns.score[i] = score
    columns.active[i] = active ? 1 : 0
    names += name
    emails += email
  }
  buffer.utf8Write(emails, buffer.utf8Write(names, 0, 1 << 19), 1 << 19)
}

/** Nothing but turns of the event loop. */
async function turns() {
  for (let i = 0; i < TICK; i++) await setImmediate()
}

/** Turns in each of which a thread that spins is told of work, and tells when it is done by a threadsafe function. */
async function answeredTurns() {
  const { Echo } = loadFloor()
  let [calls, answers] = [0, 0]
  const echo = new Echo(() => answers++, true)
  const ns = await least(async () => {
    for (let i = 0; i < TICK; i++) {
      calls++
      echo.call()
      do await setImmediate(); while (answers < calls)
    }
  }, FEW_TICKS)
  echo.stop()
  return ns
}

/** @type {[string, Use[], () => unknown][]} */
const PARTS = [
  ['making the record, which is the caller\'s', ['un-awaited', 'awaited'], () => { for (let i = 0; i < TICK; i++) _sink = members.record(i) }],
  ['checking it, and storing its numbers and strings', ['un-awaited', 'awaited'], stores],
  ['a promise that is kept and settled', ['un-awaited'], () => promises(false)],
  ['the same, waited for with Promise.all', ['awaited'], () => promises(true)]
]

/** @param {() => unknown} part @param {number} [ticks] @returns {Promise<number>} the least of some rounds: what the machine does beside is no part of it */
async function least(part, ticks = TICKS) {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let tick = 0; tick < ticks; tick++) await part()
    best = Math.min(best, (performance.now() - start) * 1e6 / (TICK * ticks))
  }
  return best
}

/** What a call into the addon costs that does next to nothing: a `get` has one. @returns {Promise<number>} */
async function nativeCall() {
  let dbCtx = 0
  const { open: original } = binding
  binding.open = (...args) => {
    const opened = original(...args)
    if ('dbCtx' in opened) dbCtx = opened.dbCtx
    return opened
  }
  const opening = open({ schema: { record: { n: 'uint8' } }, workers: 0 })
  binding.open = original
  const db = await opening
  const ns = await least(() => { for (let i = 0; i < TICK; i++) _sink = binding.count(dbCtx, 0) })
  await db.close()
  return ns
}

/** @returns {Promise<Floor[]>} */
async function measure() {
  const floors = []
  for (const [what, of, part] of PARTS) floors.push({ what, of, ns: await least(part) })
  /** @type {Use[]} */
  const ofTicks = ['tick']
  floors.push({ what: 'a turn of the event loop, which every un-awaited tick has', of: [], ns: await least(turns, FEW_TICKS) })
  const answered = 'the same, with work for a thread that spins, and its answer by a threadsafe function'
  floors.push({ what: answered, of: ofTicks, ns: await answeredTurns() })
  floors.push({ what: 'a call into the addon, of which a get has one', of: [], ns: await nativeCall() })
  return floors
}

/** Measures in a process of its own. @returns {Floor[]} */
exports.measureFloors = () => {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [__filename], { encoding: 'utf8' })
  if (error !== undefined || status !== 0) throw error ?? new Error(`the floors failed: ${stderr}`)
  return JSON.parse(stdout)
}

if (require.main === module) measure().then((floors) => console.log(JSON.stringify(floors)), (error) => { throw error })
