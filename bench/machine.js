'use strict'

const { readFileSync } = require('node:fs')
const os = require('node:os')
const { join } = require('node:path')

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cpus
 * @property {string} memory
 * @property {string} system
 * @property {string} node
 * @property {Record<string, string>} packages versions, by name
 */

/** @param {string[]} packages @returns {Machine} */
exports.machineOf = (packages) => ({
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cpus: os.availableParallelism(),
  memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
  system: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}${reporting()}`,
  node: process.versions.node,
  packages: Object.fromEntries([
    ['millrace', versionOf(join(__dirname, '..', 'package.json'))],
    ...packages.map((name) => [name, versionOf(join(__dirname, 'node_modules', name, 'package.json'))])
  ])
})

/** How readily Linux gives free memory back to a host: above 10 it does not, below it may. */
function reporting() {
  try {
    return `, page_reporting_order ${readFileSync('/sys/module/page_reporting/parameters/page_reporting_order', 'utf8').trim()}`
  } catch {
    return ''
  }
}

/** @param {string} file */
function versionOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).version
  } catch {
    return 'none'
  }
}
