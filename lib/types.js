'use strict'
// The types of an open db, by name.

const binding = require('../binding.js')
const { unknownType } = require('./checks.js')
const { decoderOf } = require('./decoder.js')
const { TypeStore } = require('./type-store.js')

/**
 * A type's store with what reads need.
 * @typedef {object} TypeEntry
 * @property {string} name
 * @property {TypeStore} store
 * @property {(block: import('./block.js').Block, at: number) => any} decode makes a row
 * @property {number} stride bytes from a row of a block to the next
 * @property {TypeEntry} next the type that was used after it the last time
 */

class Types {
  #ctx
  /** @type {Map<string, import('./schema.js').Type>} */
  #names
  /** @type {Map<string, TypeEntry>} those that were used */
  #used = new Map()
  /** @type {TypeEntry | undefined} the one that was used last */
  #last = undefined

  /**
   * @param {import('./schema.js').Type[]} list
   * @param {import('./ctx.js').Ctx} ctx
   */
  constructor(list, ctx) {
    /** In the schema's order. */
    this.list = list
    this.#ctx = ctx
    this.#names = new Map(list.map((type) => [type.name, type]))
  }

  /** @param {string} name */
  named(name) {
    return this.#names.get(name)
  }

  /** @param {string} name @returns {TypeEntry | undefined} */
  find(name) {
    // Most writes are to the type of the one before, or to the one that followed it before: the map's hash would cost
    // them 10 ns.
    const last = this.#last
    if (last !== undefined) {
      if (name === last.name) return last
      if (name === last.next.name) return (this.#last = last.next)
    }
    let entry = this.#used.get(name)
    if (entry === undefined) {
      const type = this.#names.get(name)
      if (type === undefined) return undefined
      entry = this.#prepare(type)
    }
    if (last !== undefined) last.next = entry
    this.#last = entry
    return entry
  }

  /** The same, of which it throws that there is none. @param {string} name */
  get(name) {
    const entry = this.find(name)
    if (entry === undefined) throw unknownType(name)
    return entry
  }

  /**
   * Makes a type's encoder and decoder when it is used first: a schema may have very many types.
   * @param {import('./schema.js').Type} type
   */
  #prepare(type) {
    const layout = binding.layout(this.#ctx.owner.dbCtx, type.index)
    const store = new TypeStore(type, this.#ctx, layout.columns)
    /** @type {TypeEntry} */
    const entry = { name: type.name, store, decode: decoderOf(store, layout), stride: layout.stride, next: /** @type {any} */ (undefined) }
    entry.next = entry
    this.#used.set(type.name, entry)
    return entry
  }
}

exports.Types = Types
