'use strict'
// Threads that come and go on one store, several at a time, and what the store must hold of each.

const assert = require('node:assert/strict')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { Worker } = require('node:worker_threads')
const { open } = require('../../..')
const { Random } = require('../../support/random')
const { History, judge } = require('./history')

const LIFE = path.join(__dirname, '..', 'programs', 'life.js')
const TYPES = Array.from({ length: 8 }, (_, i) => `type${i}`)
const schema = Object.fromEntries(TYPES.map((type) => [type, { owner: 'uint32', record: 'uint32', seq: 'uint32', text: 'string' }]))
const AT_ONCE = 8
const MOST_WRITES = 4000
/** What a thread exits with. */
const MODES = { closes: 0, ends: 0, exits: 3, throws: 1, terminated: 1 }

class Lives {
  #place
  #random
  #histories = []
  counts = { lives: 0, writes: 0, settled: 0, rows: 0 }

  constructor (place, seed) {
    this.#place = place
    this.#random = new Random(seed)
  }

  /** `count` lives for each of the threads that are there at a time; then checks all of the store. */
  async run (count) {
    const isDurable = this.#place.path !== undefined
    // A store in memory must have somebody.
    let db = isDurable ? undefined : await open({ ...this.#place, schema, workers: 1 })
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let i = 0; i < count; i++) await this.#live()
    }))
    db ??= await open({ ...this.#place, schema })
    this.#check(db)
    await db.close()
    if (!isDurable) return
    const again = await open(this.#place)
    this.#check(again)
    await again.close()
  }

  async #live () {
    const mode = this.#random.pick(Object.keys(MODES))
    const history = new History(MOST_WRITES)
    const owner = this.#histories.push(history) - 1
    const worker = new Worker(LIFE, {
      workerData: { place: this.#place, schema, owner, seed: this.#random.below(2 ** 32), mode, words: history.words }
    })
    const ms = this.#random.below(60)
    const errors = []
    worker.on('error', ({ message }) => errors.push(message))
    const exit = new Promise((resolve) => { worker.once('exit', resolve) })
    if (mode === 'terminated') {
      await Promise.race([new Promise((resolve) => { worker.once('message', resolve) }), exit])
      await sleep(ms)
      await worker.terminate()
    }
    assert.equal(await exit, MODES[mode], `${mode}: ${errors}`)
    assert.deepEqual(errors, mode === 'throws' ? ['from the thread'] : [])
  }

  #check (db) {
    const owners = this.#histories.map(({ writes }) => writes)
    for (const [t, type] of TYPES.entries()) {
      const rows = owners.map(() => [])
      for (const row of db.scan(type)) rows[row.owner].push(row)
      const ids = new Set()
      for (const [owner, all] of owners.entries()) {
        const writes = all.filter((write) => write.type === t)
        for (const { kind, how, id } of writes) {
          if (kind !== 'create' || how === 0) continue
          assert.ok(!ids.has(id), `id ${id} of ${type} was given twice`)
          ids.add(id)
        }
        assert.equal(judge(writes, rows[owner]), undefined, `${type} of thread ${owner}`)
      }
    }
    this.#count(db, owners.flat())
  }

  #count (db, writes) {
    this.counts.lives = this.#histories.length
    this.counts.writes = writes.length
    this.counts.settled = writes.filter(({ how }) => how !== 0).length
    this.counts.rows = TYPES.reduce((sum, type) => sum + db.count(type), 0)
  }
}

module.exports = { Lives }
