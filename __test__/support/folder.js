'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** A path for a store, in a folder of its own that is removed when the test ends. */
const folderFor = (t, name = 'store') => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, name)
}

/** Names of a store's files that end with `end`, in order. */
const filesOf = (folder, end) => fs.readdirSync(folder).filter((name) => name.endsWith(end)).sort()

module.exports = { filesOf, folderFor }
