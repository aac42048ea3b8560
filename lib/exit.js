'use strict'
// What durable dbs still hold when their thread exits. `process.exit` runs none of the addon's cleanup hooks, so the log is
// flushed from an 'exit' listener: one for each JavaScript thread, since Node warns of more than ten.

/** @type {Set<() => void>} one for each durable db that is open on this thread */
const flushes = new Set()

/**
 * Has `flush` called when this thread exits. It must not hold its db, which may be collected.
 * @param {() => void} flush
 */
function atExit(flush) {
  if (flushes.size === 0) process.on('exit', flushAll)
  flushes.add(flush)
}

/** @param {() => void} flush */
function notAtExit(flush) {
  flushes.delete(flush)
  if (flushes.size === 0) process.off('exit', flushAll)
}

function flushAll() {
  /** @type {unknown[]} */
  const errors = []
  for (const flush of flushes) {
    try {
      flush()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

module.exports = { atExit, notAtExit }
