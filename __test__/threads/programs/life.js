'use strict'
// A thread that comes, attaches to a store, writes to all of its types and leaves as its `mode` says: once it `closes` its db,
// `ends` by itself, `exits` or `throws` in the middle of a tick, or is `terminated` whenever that comes.

const { setImmediate: immediate } = require('node:timers/promises')
const { parentPort, workerData } = require('node:worker_threads')
const { open } = require('../../..')
const { Random } = require('../../support/random')
const { FULFILLED, History, NOT_FOUND, textOf } = require('../support/history')

const { place, schema, owner, seed, mode, words } = workerData
const random = new Random(seed)
const types = Object.keys(schema)
const history = new History(0, words)
/** By type: of each record its id, once it is known. */
const ids = types.map(() => [])
/** Ticks of a session. */
const TICKS = 12

/** Writes something; gives its promise, or nothing where there is nothing to change yet. */
const write = (db) => {
  const t = random.below(types.length)
  const kind = random.weighted([[5, 'create'], [8, 'modify'], [1, 'delete']])
  const record = kind === 'create' ? ids[t].push(undefined) - 1 : random.below(ids[t].length + 1)
  if (history.isFull || (kind !== 'create' && ids[t][record] === undefined)) return undefined
  const seq = history.begin(t, kind, record)
  const changes = { seq, text: textOf(seq) }
  const promise = kind === 'create' ? db.create(types[t], { owner, record, ...changes })
    : kind === 'modify' ? db.modify(types[t], ids[t][record], changes)
    : db.delete(types[t], ids[t][record])
  return promise.then((id) => {
    if (kind === 'create') ids[t][record] = id
    history.settle(seq, FULFILLED, id)
  }, (error) => {
    if (error.code !== 'ERR_NOT_FOUND') throw error
    history.settle(seq, NOT_FOUND, 0)
  })
}

const session = async (isLast) => {
  const maxModifySize = random.pick([4096, 65536, 2 ** 20])
  const db = await open({ ...place, schema, maxModifySize, workers: random.between(1, 2) })
  const settled = []
  for (let tick = 0; tick < TICKS || (isLast && mode === 'terminated'); tick++) {
    for (let i = random.below(60); i > 0; i--) settled.push(write(db))
    if (tick === 1) parentPort.postMessage('writes')
    if (isLast && tick === TICKS - 1) {
      if (mode === 'exits') process.exit(3)
      if (mode === 'throws') setImmediate(() => { throw new Error('from the thread') })
    }
    if (random.chance(0.5)) await Promise.all(settled.splice(0))
    else if (random.chance(0.3)) await db.drain()
    else await immediate()
  }
  // One that is dropped leaves when it is collected, or with its thread.
  if (!isLast && random.chance(0.2)) return Promise.all(settled)
  return mode === 'ends' && isLast ? undefined : db.close().then(() => Promise.all(settled))
}

const live = async () => {
  const sessions = random.between(1, 3)
  for (let i = 1; i <= sessions; i++) await session(i === sessions)
}

live()
