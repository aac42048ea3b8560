'use strict'
// The main thread and others write to one store until the process, or a thread, ends in the middle of it. As it exits, the
// main thread prints a line for each thread: `owner`, how many of its writes, in call order, have `settled` at least, and
// whether it left by itself and so has `flushed` all that it wrote.

const fs = require('node:fs')
const { isMainThread, Worker, workerData } = require('node:worker_threads')
const { open } = require('../../..')

const options = isMainThread ? JSON.parse(process.argv[2]) : workerData.options
const { place, schema, threads, how, where, ms } = options

const main = 0
const owner = isMainThread ? main : workerData.owner
const words = isMainThread ? new Int32Array(new SharedArrayBuffer(4 * 3 * (threads + 1))) : workerData.words
/** By owner: writes begun, writes that have settled, whether the thread has left by itself. */
const [wrote, settled, left] = [0, 1, 2].map((line) => words.subarray(line * (threads + 1), (line + 1) * (threads + 1)))

const write = (db, count) => {
  for (let i = 0; i < count; i++) {
    const n = wrote[owner]++
    // A later batch may settle first; what it was written behind is there then too.
    db.create('note', { owner, n, text: 'x'.repeat(n % 40) }).then(() => { settled[owner] = Math.max(settled[owner], n + 1) })
    if (n % 7 === 0) db.create('other', { owner, n })
  }
}

const leave = (db) => {
  write(db, 50)
  if (how === 'throw') throw new Error('from the program')
  if (how === 'exit') process.exit(7)
}

const report = () => {
  for (let of = 0; of <= threads; of++) {
    const flushed = left[of] === 1
    fs.writeSync(1, `${JSON.stringify({ owner: of, settled: flushed ? wrote[of] : settled[of], flushed })}\n`)
  }
}

const startThreads = () => Promise.all(Array.from({ length: threads }, (_, i) => new Promise((resolve) => {
  // Its error is the process's.
  const worker = new Worker(__filename, { workerData: { options, words, owner: i + 1 } })
  worker.on('exit', resolve)
})))

const run = async () => {
  const db = await open(isMainThread ? { ...place, schema, workers: 2 } : place)
  process.on('exit', () => {
    left[owner] = 1
    if (isMainThread) report()
  })
  let done = false
  const end = () => { done = true }
  if (isMainThread) startThreads().then(end)
  const leaves = how !== 'end' && where === (isMainThread ? 'main' : 'thread')
  let ready
  const tick = () => {
    if (done) return
    write(db, 20 + owner)
    // In the middle of what all of them write. The first of several threads that throw takes the others with it.
    if (ready === undefined && settled.every((count) => count > 0)) ready = Date.now() + ms * (1 + owner)
    if (ready < Date.now()) {
      if (leaves) leave(db)
      if (how === 'end') end()
    }
    setTimeout(tick, 1)
  }
  tick()
}

run()
