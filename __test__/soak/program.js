'use strict'
// Lives through everything at once for a while: a db that is written and read in turns all the time, and beside it lanes of
// activities. At the end of each period all is quiet for a moment: what the process holds is as it was at first, and a line
// is printed. Needs --expose-gc: what a dropped handle holds goes once it is collected.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { endOne } = require('../death/support/end-one')
const { MIB, residentMemory, returnTo, snapshot } = require('../death/support/resources')
const { sleep } = require('../death/support/program')
const { LOADS, ReadsUnderLoad, summary } = require('../load/support/reading')
const { Lanes } = require('./lanes')

const { minutes, seed, first } = JSON.parse(process.argv[2])

/**
 * MiB that memory may grow by after the warm-up. Nothing should stay, but the heaps of V8 and of the C library keep what the
 * largest activities took, and a short run is over before they have their size: on Node 26, 116 MiB came on top within
 * 15 seconds. The bound is for long runs: half an hour has some 16,000 activities, so that 16 KiB left by each are found.
 */
const MOST_GROWTH = 256
/** The part of all periods in which memory finds its size. */
const WARM_UP = 1 / 3
/** Milliseconds between turns of the db that is always in use, which are the activities' own. */
const PAUSE = 2
const SECONDS = minutes * 60
/** Seconds of a period: at least three of them, so that there is something to compare. */
const PERIOD = Math.min(SECONDS / 3, SECONDS > 300 ? 30 : 10)

class Soak {
  #lanes = new Lanes(seed, first)
  #delay = monitorEventLoopDelay({ resolution: 10 })
  #started = performance.now()
  #memory = []
  #load
  #before

  async run () {
    // What Node starts once and keeps: libuv's pool, and for the first Worker its own streams.
    await fs.promises.stat(__filename)
    await endOne('loads')
    this.#load = await ReadsUnderLoad.open({ ...LOADS.steady, workers: 2, seed })
    this.#before = snapshot()
    const end = this.#started + SECONDS * 1000
    while (performance.now() < end && this.#lanes.failures.length === 0) await this.#period()
    await this.#check('closing the db that was in use all the time', () => this.#load.close())
    await this.#check('memory', () => this.#checkMemory())
    const { passed, failures } = this.#lanes
    for (const failure of failures) console.log(`FAIL  seed ${seed}, ${failure}`)
    console.log(`${passed} passed, ${failures.length} failed`)
    process.exitCode = failures.length === 0 ? 0 : 1
  }

  async #period () {
    this.#delay.reset()
    this.#delay.enable()
    const end = performance.now() + PERIOD * 1000
    let done = false
    const activities = this.#lanes.run(end).then(() => { done = true })
    await this.#check('reads beside writes', async () => {
      while (!done) {
        await this.#load.turn()
        await sleep(PAUSE)
      }
      await this.#load.settle()
    })
    await activities
    this.#delay.disable()
    await this.#check('threads and file descriptors', () => returnTo(this.#before, globalThis.gc))
    this.#memory.push(residentMemory() / MIB)
    this.#print()
  }

  /** One check of the soak itself: a failure ends it. */
  async #check (title, check) {
    try {
      await check()
      this.#lanes.passed++
    } catch (error) {
      this.#lanes.failures.push(`${title}: ${error.stack}`)
    }
  }

  #print () {
    const { get, scan } = this.#load.reading
    const { threads, descriptors } = snapshot()
    const columns = [
      `${Math.round((performance.now() - this.#started) / 1000)} s`, `${this.#lanes.passed} passed`,
      `${(this.#load.operations / 1e6).toFixed(1)} million writes beside`, `${this.#memory.at(-1).toFixed(0)} MiB`,
      `${threads} threads`, `${descriptors} descriptors`, `get p99 ${summary(get).p99.toFixed(0)} us`,
      `a scanned row p99 ${summary(scan).p99.toFixed(1)} us`, `loop late p99 ${(this.#delay.percentile(99) / 1e6).toFixed(0)} ms`
    ]
    console.log(columns.join(', '))
    get.reset()
    scan.reset()
  }

  #checkMemory () {
    const warm = Math.ceil(this.#memory.length * WARM_UP)
    const growth = Math.max(...this.#memory.slice(warm)) - Math.max(...this.#memory.slice(0, warm))
    assert.ok(!(growth > MOST_GROWTH), `memory grew by ${growth.toFixed(0)} MiB: ${this.#memory.map(Math.round)}`)
  }
}

new Soak().run()
