'use strict'

const binding = require('../../binding.js')
const { open } = require('../..')

/**
 * Opens a db; gives it with the number by which the addon knows it, which is nowhere else to be had: for the addon's doors
 * for tests.
 */
const openKnown = async (options) => {
  const { open: original } = binding
  let opened
  binding.open = (...args) => (opened = original(...args))
  // It is called before `open` returns, so nobody else can open a db in between.
  const opening = open(options)
  binding.open = original
  return { db: await opening, dbCtx: opened?.dbCtx }
}

module.exports = { openKnown }
