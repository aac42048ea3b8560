'use strict'
// Runs when millrace is installed into another project. A package that holds an addon for this machine needs
// nothing; otherwise the addon is built from the sources that the package carries.
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')

/** Ends the process with one sentence when there is no Rust toolchain to build with. */
function requireCargo() {
  const { error, status } = spawnSync('cargo', ['--version'], { stdio: 'ignore' })
  if (error || status !== 0) {
    console.error('millrace is built from Rust sources here and found no `cargo`: install Rust 1.88 or newer (https://rustup.rs), then run `npm install` again.')
    process.exit(1)
  }
}

/** The file name that binding.js looks for on this machine, as @napi-rs/cli spells it. */
function addonName() {
  const { platform, arch } = process
  if (platform === 'linux') {
    const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
    return `millrace.linux-${arch}-${report.header.glibcVersionRuntime ? 'gnu' : 'musl'}.node`
  }
  return platform === 'win32' ? `millrace.win32-${arch}-msvc.node` : `millrace.${platform}-${arch}.node`
}

/** The cdylib that `cargo build --release` leaves in the target folder. */
function libraryName() {
  if (process.platform === 'win32') return 'millrace.dll'
  return process.platform === 'darwin' ? 'libmillrace.dylib' : 'libmillrace.so'
}

function main() {
  // A clone is built by its `prepare` script, with its dev dependencies at hand.
  if (fs.existsSync(path.join(__dirname, 'build.js'))) return
  try {
    require('../binding.js')
    return
  } catch {
    requireCargo()
  }
  const args = ['build', '--release', '--locked', '--target-dir', 'target']
  const { status, error } = spawnSync('cargo', args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
  fs.copyFileSync(path.join(root, 'target', 'release', libraryName()), path.join(root, addonName()))
}

module.exports = { requireCargo }
if (require.main === module) main()
