'use strict'
// All cases: what `scripts/check-death.js` runs on every Node, and `death.test.js` in short.
//
// A case has a `name`, a `program` with its `options` and Node's `flags`, what it is to `expect` (by default: exit code
// 0, the line `end`, nothing on stderr), and how it runs otherwise: `times` over, with a signal to `kill` it once it
// has printed something, with so much `memory` (KiB), `only` on this platform, within so many `seconds`. `short` holds
// the options that make it quick; a case where it is false is left out of `npm test`.

const closing = require('./closing')
const exits = require('./exits')
const failures = require('./failures')
const threads = require('./threads')
const { cases: workers } = require('./workers')

const here = ({ only = process.platform }) => only === process.platform

module.exports = [...workers, ...threads, ...exits, ...closing, ...failures].filter(here)
