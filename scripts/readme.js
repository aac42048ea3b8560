'use strict'
// Runs the README's example as it is printed there, as a program of its own, and compares what it prints with the block
// that follows it.
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8')
const match = /```js\n([\s\S]*?)```\s+prints\s+```text\n([\s\S]*?)```/.exec(readme)
assert(match, 'README.md has an example and what it prints')
// The package finds itself by its own name (package.json, exports) from within its folder.
const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', match[1]], { cwd: root, encoding: 'utf8' })
assert.equal(printed, match[2])
console.log(printed.trimEnd())
