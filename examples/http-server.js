'use strict'

// One of the server's threads: an HTTP server of its own, and its own handle of the store that all of them write to.
//   POST /city      records as NDJSON, one JSON object a line; answers their ids once all are applied (and as durable as asked)
//   GET  /city/ID   one record

const { once } = require('node:events')
const { createServer } = require('node:http')
const { parentPort, workerData } = require('node:worker_threads')
const { MillraceError, open } = require('../index.js')

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('../index.js').Db<typeof import('./world-schema.js').schema>} World */
/** @typedef {{ name: string } | { path: string }} Place where the store is */
/** @typedef {[status: number, body: unknown]} Answer */

const MAX_BODY = 8 * 1024 * 1024
/** What is wrong with the records of a request, and not with the store. */
const BAD_RECORDS = new Set([
  'ERR_UNKNOWN_FIELD', 'ERR_MISSING_FIELD', 'ERR_INVALID_VALUE', 'ERR_OUT_OF_RANGE', 'ERR_RECORD_TOO_LARGE', 'ERR_INVALID_ARGUMENT'
])

class RequestError extends Error {
  /** @param {number} status @param {string} message */
  constructor (status, message) {
    super(message)
    this.status = status
  }
}

/** @param {World} db @param {IncomingMessage} request @returns {Promise<Answer>} */
async function answer (db, request) {
  const [, type, id] = (request.url ?? '').split('/')
  if (type !== 'city') return [404, { error: 'there is POST /city and GET /city/ID' }]
  if (request.method === 'POST' && id === undefined) return [200, { ids: await ingest(db, request) }]
  if (request.method === 'GET' && /^\d{1,9}$/.test(id ?? '')) {
    const city = db.get('city', Number(id))
    return city === undefined ? [404, { error: `there is no city ${id}` }] : [200, city]
  }
  return [405, { error: 'there is POST /city and GET /city/ID' }]
}

/**
 * All records of a request, or none: `createMany` refuses a bad one before it writes any.
 * @param {World} db @param {IncomingMessage} request
 */
async function ingest (db, request) {
  const lines = (await readBody(request)).split('\n').filter((line) => line.trim() !== '')
  let records
  try {
    records = lines.map((line) => JSON.parse(line))
  } catch (error) {
    throw new RequestError(400, /** @type {Error} */ (error).message)
  }
  return db.createMany('city', records)
}

/** @param {IncomingMessage} request */
async function readBody (request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY) throw new RequestError(413, `a request has at most ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** @param {unknown} error @returns {Answer} */
function refusal (error) {
  if (error instanceof RequestError) return [error.status, { error: error.message }]
  // Most likely the client has gone, in the middle of its request.
  if (!(error instanceof MillraceError)) return [500, { error: String(error) }]
  return [BAD_RECORDS.has(error.code) ? 400 : 503, { error: error.message, code: error.code }]
}

/** @param {Place} place */
async function serve (place) {
  // The store is open already, so it has its schema.
  const db = /** @type {World} */ (/** @type {unknown} */ (await open(place)))
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(db, request).catch(refusal)
    // What is left of a body that was refused is not read.
    response.writeHead(status, { 'content-type': 'application/json', ...status === 413 && { connection: 'close' } })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  parentPort?.postMessage(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
  parentPort?.once('message', async () => {
    server.close()
    await once(server, 'close')
    await db.close()
  })
}

serve(workerData)
