'use strict'
// Builds the core alone and checks that it asks for no Node-API symbol.
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
// As the Rust tests build it, so that no dependency is built anew.
execFileSync('cargo', ['build', '--locked', '--lib', '--no-default-features'], { cwd: root, stdio: 'inherit' })
const library = path.join(root, 'target', 'debug', 'libmillrace.so')
const bytes = fs.readFileSync(library)
const name = /napi_[a-z_]+/.exec(bytes.toString('latin1'))
if (name) {
  console.error(`${library} names ${name[0]}`)
  process.exit(1)
}
console.log(`${path.relative(root, library)}: no napi_ symbol in ${bytes.length} bytes`)
