'use strict'
// Each file that the docs link to, or name with its folder, must exist.
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const markdown = (/** @type {string} */ folder) =>
  fs.readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name))

/** Paths with a folder in front: `src/ring.rs`. A pattern or a name alone is none. */
const NAMED = /`((?:[\w.-]+\/)+[\w.-]+\.[a-z]+)`/g
const LINKED = /\]\((?!\w+:|#)([^)#]+)/g

const missing = []
let count = 0
for (const file of [...markdown('.'), ...markdown('docs')]) {
  const text = fs.readFileSync(path.join(root, file), 'utf8')
  const named = Array.from(text.matchAll(NAMED), (match) => match[1])
  const linked = Array.from(text.matchAll(LINKED), (match) => path.join(path.dirname(file), match[1]))
  for (const target of new Set([...named, ...linked])) {
    count++
    if (!fs.existsSync(path.join(root, target))) missing.push(`${file} names ${target}, which does not exist`)
  }
}
if (missing.length > 0 || count === 0) {
  console.error(missing.join('\n') || 'no file is named: what this looks for has changed')
  process.exit(1)
}
console.log(`docs: ${count} files that are named exist`)
