'use strict'

const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

// In memory where the system has such a folder: the others keep nothing on disk either.
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A new folder for a store, with the function that removes it; it goes with the process at the latest. */
exports.makeFolder = () => {
  const path = mkdtempSync(join(PARENT, 'millrace-bench-'))
  const remove = () => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }
  process.once('exit', remove)
  return { path, remove }
}
