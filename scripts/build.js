'use strict'
// Builds the addon for this machine. Runs on `npm install` in a clone (as `prepare`) and as `npm run build`.
const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { requireCargo } = require('./install.js')

requireCargo()
const manifest = require.resolve('@napi-rs/cli/package.json')
const cli = path.join(path.dirname(manifest), require(manifest).bin.napi)
const args = ['build', '--platform', '--release', '--js', 'binding.js', '--dts', 'binding.d.ts']
const { status, error } = spawnSync(process.execPath, [cli, ...args, ...process.argv.slice(2)], {
  cwd: path.join(__dirname, '..'),
  stdio: 'inherit'
})
if (error) throw error
process.exitCode = status ?? 1
