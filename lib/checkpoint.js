'use strict'

const binding = require('../binding.js')
const { failed } = require('./errors.js')

/** A checkpoint that has not ended, and its promise. */
class Checkpoint {
  constructor() {
    /** @type {() => void} */
    this.resolve = () => {}
    /** @type {(error: Error) => void} */
    this.reject = () => {}
    /** @type {Promise<void>} */
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  /** @param {import('./errors.js').Failure | null} failure why it failed, if it did */
  end(failure) {
    if (failure === null) this.resolve()
    else this.reject(checkpointFailed(failure))
  }
}

/**
 * Checkpoints that failed, and those that did not: one that began by itself has nobody else to tell.
 * @param {number} dbCtx
 * @returns {import('..').Checkpoints}
 */
function checkpointStats(dbCtx) {
  const { written, failed: count, failure } = binding.checkpointStats(dbCtx)
  return { written, failed: count, ...(failure && { failure: checkpointFailed(failure) }) }
}

/** @param {import('./errors.js').Failure} failure */
const checkpointFailed = (failure) => failed('The checkpoint failed, the one before stays in force', failure)

exports.Checkpoint = Checkpoint
exports.checkpointStats = checkpointStats
