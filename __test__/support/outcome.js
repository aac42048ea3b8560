'use strict'

const assert = require('node:assert/strict')
const { inspect } = require('node:util')
const { MillraceError, open } = require('../..')

const checkError = (error, code) => {
  assert.ok(error instanceof MillraceError, `${code} was expected: ${inspect(error)}`)
  assert.equal(error.code, code, error.message)
  return error
}

/** Asserts that `promise` rejects with a MillraceError of `code`, and gives the error. */
const rejected = (promise, code) => {
  assert.ok(promise instanceof Promise, `a promise was expected: ${inspect(promise)}`)
  return promise.then(
    (value) => assert.fail(`${code} was expected, but it fulfilled with ${inspect(value)}`),
    (error) => checkError(error, code)
  )
}

/** Asserts that `call` throws a MillraceError of `code`, and gives the error. */
const thrown = (call, code) => {
  try {
    const value = call()
    assert.fail(`${code} was expected, but it gave ${inspect(value)}`)
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return checkError(error, code)
  }
}

/** `{ value }` or `{ code }`, as the oracle says it. */
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ code: error.code ?? inspect(error) }))

/** A store that is closed when the test ends. */
const openFor = async (t, options) => {
  const db = await open(options)
  t.after(() => db.close())
  return db
}

module.exports = { openFor, outcome, rejected, thrown }
