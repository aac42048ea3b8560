'use strict'

/**
 * What is done: records of one or more types, and what happens to them. Record number `index` belongs to type number
 * `index & (types - 1)` and is that type's record number `index >>> shift`, so that a run of indexes visits all types.
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {Operation} operation
 * @property {string[]} types their names; a power of two of them
 * @property {Readonly<Record<string, Kind>>} fields the same for all of its types
 * @property {number} shift the binary logarithm of the number of types
 * @property {(index: number) => Fields} record
 * @property {(write: number) => Fields} [changes] what the `write`th modify sets
 * @property {Size[]} sizes
 * @property {string[]} [peers] the only peers that are measured; all that can do it by default
 *
 * @typedef {'create' | 'modify' | 'delete' | 'single' | 'get' | 'scan' | 'growth'} Operation
 * @typedef {'string' | 'float64' | 'uint32' | 'uint8' | 'boolean'} Kind what every peer can hold, under millrace's names
 * @typedef {Record<string, string | number | boolean>} Fields
 *
 * @typedef {object} Size
 * @property {number} tick writes that are made at a time
 * @property {number} count writes, a whole number of ticks
 * @property {number} [quick] the same with `--quick`, which leaves the size out without it
 * @property {number} [others] the same of what no target is about, where that is fewer
 * @property {number} [rounds] of what a target is about, where the usual number is not right
 * @property {number} [warm] writes before the measured ones, in other stores, as a share of `count`, where the usual number is
 *   not right
 */

/**
 * @param {Omit<Workload, 'types' | 'shift'> & { types?: string[] }} given
 * @returns {Workload}
 */
exports.workload = (given) => {
  const types = given.types ?? ['record']
  return { ...given, types, shift: Math.log2(types.length) }
}
