'use strict'
// Where a store of several threads is found.

const { folderFor } = require('../../support/folder')

let names = 0

/** Options that lead to a store of this test's alone: a name in memory, or a folder that is removed when the test ends. */
const placeFor = (t, kind) => (kind === 'name' ? { name: `store ${++names} of ${t.name}` } : { path: folderFor(t) })

module.exports = { KINDS: ['name', 'path'], placeFor }
