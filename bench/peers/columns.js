'use strict'

/** @typedef {import('./peer.js').Workload} Workload */

/** @param {string} name */
const quoted = (name) => `"${name}"`

/** @param {Workload} workload the columns of its tables after the id, by name */
exports.columnsOf = ({ fields }) => Object.keys(fields).map(quoted)

/** @param {Workload} workload the columns that `modify` sets */
exports.changedOf = ({ changes }) => Object.keys(changes?.(0) ?? {})

/**
 * A function that lists an object's fields, as parameters of a statement. It is generated, as object mappers do it: a loop
 * over names would cost more than some peers' writes.
 * @param {string[]} names
 * @param {(name: string) => string} [expression] of a value, by default the property as it is
 * @returns {(object: object) => unknown[]}
 */
exports.listerOf = (names, expression = (name) => `object.${name}`) => (
  /** @type {(object: object) => unknown[]} */ (new Function('object', `return [${names.map(expression).join(', ')}]`))
)
