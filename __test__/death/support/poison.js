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

const checkReason = (reason, why) => {
  assert.equal(reason.code, 'ERR_POISONED')
  assert.match(reason.cause.message, why)
}

/** Asserts that every one of `promises` rejects because the store is poisoned, with a cause that says `why`. */
const checkPoisoned = async (promises, why = /panicked/) => {
  for (const { status, reason } of await Promise.allSettled(promises)) {
    assert.equal(status, 'rejected')
    checkReason(reason, why)
  }
}

/**
 * The writes and drains of a db that is poisoned among them. Those that settle before that may resolve: a batch that is
 * written behind the bad one, of other types, can be done while the panic still unwinds. From the first on that
 * rejects, all do, and for the same reason.
 */
class Poisoning {
  #rejected = 0
  #checks = []
  #why

  constructor (why = /panicked/) {
    this.#why = why
  }

  /** Watches promises, in the tick that made them. */
  add (promises) {
    const resolved = () => assert.equal(this.#rejected, 0, 'a write resolved after another had told of the poison')
    const rejected = (reason) => {
      this.#rejected++
      checkReason(reason, this.#why)
    }
    this.#checks.push(Promise.all(promises.map((promise) => promise.then(resolved, rejected))))
    // What fails here is told by `end`, also if that is called later.
    this.#checks.at(-1).catch(() => {})
  }

  /** Resolves once all that was added has settled as it must. */
  async end () {
    await Promise.all(this.#checks)
    assert.ok(this.#rejected > 0, 'the store was poisoned')
  }
}

module.exports = { Poisoning, checkPoisoned, openBreakable }
