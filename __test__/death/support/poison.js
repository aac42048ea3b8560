'use strict'
// The addon's door for tests: the next region of a db panics where it is applied, as a bug of ours would make it.

const assert = require('node:assert/strict')
const binding = require('../../../binding.js')
const { openKnown } = require('../../support/addon')

/** Opens a db; gives it with a function that makes its next region panic. */
const openBreakable = async (options) => {
  const { db, dbCtx } = await openKnown(options)
  return { db, panicNext: () => binding.panicNext(dbCtx) }
}

/** Asserts that every one of `promises` rejects because the store is poisoned, with a cause that says `why`. */
const checkPoisoned = async (promises, why = /panicked/) => {
  for (const { status, reason } of await Promise.allSettled(promises)) {
    assert.equal(status, 'rejected')
    assert.equal(reason.code, 'ERR_POISONED')
    assert.match(reason.cause.message, why)
  }
}

module.exports = { checkPoisoned, openBreakable }
