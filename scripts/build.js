'use strict'
// Builds the addon for this machine. Runs on `npm install` in a clone (as `prepare`) and as `npm run build`.
const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { requireCargo } = require('./install.js')

requireCargo()
const manifest = findCli()
const cli = path.join(path.dirname(manifest), require(manifest).bin.napi)
/** @returns {string} */
function findCli() {
  try {
    return require.resolve('@napi-rs/cli/package.json')
  } catch {
    console.error('millrace is built in its own folder first: run `npm install` there, with dev dependencies.')
    process.exit(1)
  }
}

const args = ['build', '--platform', '--release', '--js', 'binding.js', '--dts', 'binding.d.ts']
const { status, error } = spawnSync(process.execPath, [cli, ...args, ...process.argv.slice(2)], {
  cwd: path.join(__dirname, '..'),
  stdio: 'inherit'
})
if (error) throw error
process.exitCode = status ?? 1
