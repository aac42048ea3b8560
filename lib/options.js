'use strict'
// The options of `open`: checked, with their defaults.

const { availableParallelism } = require('node:os')
const { resolve } = require('node:path')
const { invalidArgument, quote, show } = require('./errors.js')

const MIN_SIZE = 4 * 1024
const MAX_SIZE = 1024 * 1024 * 1024
const DEFAULT_SIZE = 64 * 1024 * 1024
/** Most worker threads of a handle. */
const MAX_WORKERS = 64
const NAMES = ['schema', 'workers', 'maxModifySize', 'onFull', 'name', 'path', 'durability', 'salvage']
/** Options of a durable store. */
const DURABLE = ['durability', 'salvage']

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 */
function integer(name, value, least, most) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(`${name} must be an integer from ${least} to ${most}, got ${show(value)}`)
}

/**
 * The options of a durable store; undefined if it is one in memory.
 * @param {any} options
 * @param {string[]} given names of the options given
 */
function parseDurable({ path, durability, salvage = false }, given) {
  if (path === undefined) {
    const alone = DURABLE.find((name) => given.includes(name))
    if (alone !== undefined) throw invalidArgument(`The option ${alone} needs a path`)
    return undefined
  }
  if (typeof path !== 'string' || path === '') throw invalidArgument(`path must be a string, the path of a directory, got ${show(path)}`)
  if (durability !== undefined && durability !== 'os' && durability !== 'disk') throw invalidArgument(`durability must be 'os' or 'disk', got ${show(durability)}`)
  if (typeof salvage !== 'boolean') throw invalidArgument(`salvage must be a boolean, got ${show(salvage)}`)
  return { path: resolve(path), sync: durability === undefined ? undefined : durability === 'disk', salvage }
}

/** @param {unknown} options */
function parseOptions(options) {
  if (typeof options !== 'object' || options === null) throw invalidArgument(`open takes an object of options, got ${show(options)}`)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [name] of given) {
    if (!NAMES.includes(name)) throw invalidArgument(`open has no option ${quote(name)}; its options are ${NAMES.join(', ')}`)
  }
  const { schema, workers, maxModifySize = DEFAULT_SIZE, onFull = 'wait', name } = /** @type {any} */ (Object.fromEntries(given))
  if (onFull !== 'wait' && onFull !== 'reject') throw invalidArgument(`onFull must be 'wait' or 'reject', got ${show(onFull)}`)
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw invalidArgument(`name must be a string, got ${show(name)}`)
  const durable = parseDurable(Object.fromEntries(given), given.map(([option]) => option))
  if (name !== undefined && durable !== undefined) throw invalidArgument('A store has a name or a path, not both')
  return {
    schema: /** @type {unknown} */ (schema),
    /** @type {number | undefined} */
    workers: workers === undefined ? undefined : integer('workers', workers, 0, MAX_WORKERS),
    /** For a handle that opens its store. */
    defaultWorkers: Math.min(4, Math.max(1, availableParallelism() - 1)),
    name: /** @type {string | undefined} */ (name),
    // Frames are padded to 8 bytes, so a rest of the buffer could never be used.
    maxModifySize: integer('maxModifySize', maxModifySize, MIN_SIZE, MAX_SIZE) & ~7,
    onFull: /** @type {'wait' | 'reject'} */ (onFull),
    durable
  }
}

module.exports = { parseOptions }
