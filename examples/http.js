'use strict'

// An HTTP server on several threads that ingests into one store, and the load generator that drives it. It ends by itself.
//   npm run start:http -- [--threads 2] [--seconds 5] [--path DIRECTORY]

const { once } = require('node:events')
const { availableParallelism } = require('node:os')
const { join } = require('node:path')
const { parseArgs } = require('node:util')
const { Worker } = require('node:worker_threads')
const { open } = require('../index.js')
const { Differences } = require('./compare.js')
const { checkOverHttp, checkStore } = require('./http-check.js')
const { RECORDS_PER_REQUEST, generate } = require('./http-load.js')
const { UsageError } = require('./options.js')
const report = require('./report.js')
const { schema } = require('./world-schema.js')

/** @returns {Promise<number>} the exit code */
async function main () {
  const { threads, seconds, place } = readOptions()
  let db = await open({ ...place, schema })
  // Each thread attaches to the store that is open now, and leaves the schema out.
  const servers = Array.from({ length: threads }, () => new Worker(join(__dirname, 'http-server.js'), { workerData: place }))
  /** @type {number[]} */
  const ports = (await Promise.all(servers.map((server) => once(server, 'message')))).flat()
  const { store } = db.stats()
  const load = await generate(ports, seconds)

  const differences = new Differences()
  for (const text of load.failed) differences.add(`a request failed: ${text}`)
  await checkOverHttp(ports, load.acknowledged, differences)
  for (const server of servers) server.postMessage('stop')
  await Promise.all(servers.map((server) => once(server, 'exit')))
  if ('path' in place) {
    // What was acknowledged must be there when the directory is opened again.
    await db.close()
    db = await open({ ...place, schema })
  }
  const records = checkStore(db, load.acknowledged, differences)
  await db.close()

  const rate = (/** @type {number} */ count) => `${report.count(count / load.seconds)} a second`
  console.log(`\n${threads} server threads, ${store?.handles} handles of one store, ${store?.workers} workers, ${availableParallelism()} CPUs\n`)
  report.line('requests', `${report.count(load.requests)} in ${load.seconds.toFixed(2)} s, ${rate(load.requests)}; ${RECORDS_PER_REQUEST} records each`)
  report.line('records', `${report.count(records)} acknowledged, ${rate(records)}`)
  report.line('latency', latency(load.latencies))
  report.verdict(differences, 'every acknowledged record read again')
  return differences.count === 0 && records > 0 ? 0 : 1
}

/** @returns {{ threads: number, seconds: number, place: import('./http-server.js').Place }} */
function readOptions () {
  const { threads, seconds, path } = parse()
  if (!/^\d+$/.test(threads) || Number(threads) < 1 || Number(threads) > 16) throw new UsageError('--threads needs a number from 1 to 16')
  if (!(Number(seconds) > 0 && Number(seconds) <= 60)) throw new UsageError('--seconds needs a number up to 60')
  return { threads: Number(threads), seconds: Number(seconds), place: path === undefined ? { name: 'world' } : { path } }
}

function parse () {
  try {
    return parseArgs({
      options: {
        threads: { type: 'string', default: '2' },
        seconds: { type: 'string', default: '5' },
        path: { type: 'string' }
      }
    }).values
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message)
  }
}

/** @param {number[]} milliseconds */
function latency (milliseconds) {
  const sorted = milliseconds.sort((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1)
  return `${at(0.5)} ms p50, ${at(0.99)} ms p99, of a request`
}

main().then((code) => { process.exitCode = code }, (error) => {
  console.error(error instanceof UsageError ? error.message : error)
  // The server's threads would go on.
  process.exit(error instanceof UsageError ? 2 : 1)
})
