'use strict'

const { open, create, modify, drain } = require('./lib/db.js')
const { MillraceError } = require('./lib/errors.js')
const { defineSchema } = require('./lib/schema.js')

module.exports = { open, create, modify, drain, MillraceError, defineSchema }
