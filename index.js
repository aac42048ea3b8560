'use strict'

try {
  require('./binding.js')
} catch (cause) {
  const here = `${process.platform}-${process.arch}`
  throw new Error(`millrace has no native addon for ${here}: run \`npm rebuild millrace\` where Rust is installed (in a clone: \`npm install\`)`, { cause })
}

const { open, create, modify, drain } = require('./lib/functions.js')
const { MillraceError } = require('./lib/errors.js')
const { defineSchema } = require('./lib/schema.js')

module.exports = { open, create, modify, drain, MillraceError, defineSchema }
