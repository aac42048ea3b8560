'use strict'
// Code that is generated from a schema. A program has few schemas but may open many stores: code for the same fields is made once,
// so that V8 compiles it once, and a new store is not slow at first.

/** Functions that are kept for other types, or stores, with the same fields: two a type. */
const MOST = 512

/** @type {Map<string, Function>} by their source, of which the parameters are a part */
const made = new Map()

/**
 * The function with these parameters and this body.
 * @param {string} parameters separated by commas
 * @param {string} body
 * @returns {Function}
 */
function generate(parameters, body) {
  const source = `${parameters}\n${body}`
  let generated = made.get(source)
  if (generated === undefined) {
    if (made.size === MOST) made.clear()
    generated = new Function(parameters, body)
    made.set(source, generated)
  }
  return generated
}

/**
 * Whether code may be generated here (`--disallow-code-generation-from-strings`, policies of an embedder).
 * @returns {boolean}
 */
function canGenerate() {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

module.exports = { generate, generates: canGenerate() }
