'use strict'
// A thread that plays a part in a test: it runs functions of the test's, one after the other.

const path = require('node:path')
const { runInThisContext } = require('node:vm')
const { Worker, parentPort, workerData } = require('node:worker_threads')

const ROOT = path.join(__dirname, '..', '..', '..')

class Thread {
  #worker = new Worker(__filename, { workerData: 'a part' })
  #waiting = []
  ended

  constructor () {
    this.ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.on('message', ({ value, error }) => {
      const { resolve, reject } = this.#waiting.shift()
      if (error === undefined) resolve(value)
      else reject(Object.assign(new Error(error.message), error))
    })
    const fail = (error) => { for (const { reject } of this.#waiting.splice(0)) reject(error) }
    this.#worker.on('error', fail)
    this.#worker.on('exit', (code) => fail(new Error(`the thread ended with ${code}`)))
  }

  /**
   * Calls `f(state, ...args)` there and gives what it gives. `state` is the thread's own: it has the package's functions, and
   * keeps what is put there; and `require`. `f` must not use what is outside of it.
   */
  run (f, ...args) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage({ source: String(f), args })
    })
  }

  /** Ends the thread by force, whatever it does. */
  terminate () {
    return this.#worker.terminate()
  }

  /** Lets the thread end when nothing keeps it alive. */
  async leave () {
    this.#worker.postMessage('leave')
    return this.ended
  }
}

/** So many threads that end with the test. */
const threadsFor = (t, count) => {
  const threads = Array.from({ length: count }, () => new Thread())
  t.after(() => Promise.all(threads.map((thread) => thread.terminate())))
  return threads
}

const play = () => {
  const state = { ...require(ROOT), binding: require(path.join(ROOT, 'binding.js')), require }
  let turn = Promise.resolve()
  parentPort.on('message', (message) => {
    if (message === 'leave') return parentPort.close()
    turn = turn.then(async () => {
      try {
        const f = runInThisContext(`(${message.source})`)
        parentPort.postMessage({ value: await f(state, ...message.args) })
      } catch (error) {
        parentPort.postMessage({ error: { message: error.message, code: error.code, stack: error.stack } })
      }
    })
  })
}

if (workerData === 'a part') play()

module.exports = { Thread, threadsFor }
