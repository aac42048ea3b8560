'use strict'
// Threads that come and go on one store, eight at a time, each by another way: afterwards the store must hold what each of them
// was told, in its order, and whole. Stores in memory and on the disk take turns. Then the tests of several threads, of random
// programs and of processes that are killed among them, on every other Node that can be had.
//   node scripts/check-threads.js [--rounds 12] [--lives 10] [--seed 1]
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs } = require('node:util')
const binding = require('../binding.js')
const { findNodes } = require('./nodes.js')

// By a computed path: tests are not type-checked, and so stay out of what `tsc` follows from here.
const TESTS = path.join(__dirname, '..', '__test__')
const { Lives } = require(path.join(TESTS, 'threads', 'support', 'lives.js'))
/** What is run on other Nodes too. */
const ON_ALL = ['threads/ids', 'threads/order', 'threads/leaving', 'threads/random-programs', 'threads/stress', 'durable/crash']

/** Nodes at a time. */
const AT_ONCE = 2
/** Bytes of a segment, and of the log between checkpoints: many of both are made. */
const LIMITS = /** @type {const} */ ([30_000, 100_000])

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, lives: { type: 'string', default: '10' }, seed: { type: 'string' } }
})
const rounds = Number(values.rounds)
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed)

async function main() {
  console.log(`seed ${seed}`)
  binding.setLogLimits(...LIMITS)
  let passed = 0
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace threads-'))
  try {
    for (; passed < rounds; passed++) {
      const place = passed % 2 ? { path: path.join(folder, String(passed)) } : { name: `round ${passed}` }
      const lives = new Lives(place, seed + passed)
      await lives.run(Number(values.lives))
      const counts = Object.entries(lives.counts).map(([name, count]) => `${count} ${name}`).join(', ')
      console.log(`round ${passed + 1}, ${passed % 2 ? 'on the disk' : 'in memory'}: ${counts}`)
      if (place.path !== undefined) fs.rmSync(place.path, { recursive: true })
    }
    fs.rmSync(folder, { recursive: true })
  } catch (error) {
    console.log(`FAIL  round ${passed + 1} of seed ${seed}; stores are in ${folder}\n${/** @type {Error} */ (error).stack}`)
    process.exitCode = 1
  }
  const others = findNodes().filter(({ path: file }) => file !== process.execPath)
  const results = [passed === rounds]
  const testNext = async () => {
    for (let node = others.shift(); node !== undefined; node = others.shift()) results.push(await testOn(node))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, testNext))
  const failed = results.filter((isGood) => !isGood).length
  if (failed > 0) process.exitCode = 1
  console.log(`${passed + results.slice(1).filter(Boolean).length} passed, ${failed} failed`)
}

/**
 * Runs the tests of several threads on another Node; whether they are passed.
 * @param {import('./nodes.js').Node} node
 * @returns {Promise<boolean>}
 */
const testOn = ({ version, path: node }) => new Promise((resolve) => {
  const files = ON_ALL.map((name) => path.join(TESTS, `${name}.test.js`))
  execFile(node, ['--test', ...files], { maxBuffer: Infinity }, (error, stdout) => {
    const counts = stdout.match(/^\S+ (?:pass|fail) \d+$/gm)?.map((line) => line.slice(2)).join(', ')
    console.log(`${error === null ? 'ok  ' : 'FAIL'}  Node ${version}: ${counts}${error === null ? '' : `\n${stdout}`}`)
    resolve(error === null)
  })
})

main()
