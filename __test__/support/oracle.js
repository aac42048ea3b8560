'use strict'

const { Refused, isAbsent, parseField, stored } = require('./stored')

const MAX_ID = 2 ** 32 - 1

// Own and enumerable, also for a field that is called __proto__.
const put = (object, key, value) => Object.defineProperty(object, key, {
  value, writable: true, enumerable: true, configurable: true
})

const isId = (id) => Number.isInteger(id) && id >= 0 && id <= MAX_ID

// A field that is named like something of Object.prototype is given only when the record itself has it.
const given = (record, name) => Object.hasOwn(record, name) ? record[name] : undefined

// Rows are copied on their way out, so that no test can change what the oracle holds.
const copy = (row, fields, id) => {
  const out = {}
  for (const [name, value] of row) put(out, name, stored(fields.get(name), value))
  return put(out, 'id', id)
}

/**
 * The naive millrace: one thread, a Map of Maps a type, every write applied when it is called.
 * A write returns its outcome, `{ value }` or `{ code }`, which is what the promise of the real one must settle with.
 */
class Oracle {
  #types = new Map()

  constructor (schema) {
    for (const [type, definition] of Object.entries(schema)) {
      const fields = new Map()
      for (const [name, field] of Object.entries(definition)) fields.set(name, parseField(name, field))
      this.#types.set(type, { fields, rows: new Map(), lastId: 0 })
    }
  }

  create (type, record) {
    return outcome(() => {
      const table = this.#table(type)
      return insert(table, newRow(table.fields, record))
    })
  }

  createMany (type, records) {
    return outcome(() => {
      const table = this.#table(type)
      if (!Array.isArray(records)) throw new Refused('ERR_INVALID_ARGUMENT')
      const rows = records.map((record) => newRow(table.fields, record))
      return rows.map((row) => insert(table, row))
    })
  }

  modify (type, id, changes) {
    return outcome(() => {
      const table = this.#table(type)
      const accepted = changed(table.fields, checkId(id), changes)
      const row = table.rows.get(id)
      if (row === undefined) throw new Refused('ERR_NOT_FOUND')
      for (const [name, value] of accepted) {
        if (value === undefined) row.delete(name)
        else row.set(name, value)
      }
      return id
    })
  }

  delete (type, id) {
    return outcome(() => {
      const table = this.#table(type)
      if (!table.rows.delete(checkId(id))) throw new Refused('ERR_NOT_FOUND')
      return id
    })
  }

  get (type, id) {
    const { fields, rows } = this.#table(type)
    const row = rows.get(checkId(id))
    return row && copy(row, fields, id)
  }

  has (type, id) {
    return this.#table(type).rows.has(checkId(id))
  }

  count (type) {
    return this.#table(type).rows.size
  }

  scan (type, { from = 0, to = Infinity, limit = Infinity, reverse = false } = {}) {
    const { fields, rows } = this.#table(type)
    const ids = [...rows.keys()].filter((id) => id >= from && id < to).sort((a, b) => reverse ? b - a : a - b)
    return ids.slice(0, limit).map((id) => copy(rows.get(id), fields, id))
  }

  lastId (type) {
    return this.#table(type).lastId
  }

  fields (type) {
    return this.#table(type).fields
  }

  get types () {
    return [...this.#types.keys()]
  }

  #table (type) {
    const table = this.#types.get(type)
    if (table === undefined) throw new Refused('ERR_UNKNOWN_TYPE')
    return table
  }
}

const outcome = (write) => {
  try {
    return { value: write() }
  } catch (error) {
    if (error instanceof Refused) return { code: error.code }
    throw error
  }
}

const insert = (table, row) => {
  table.lastId += 1
  table.rows.set(table.lastId, row)
  return table.lastId
}

const checkId = (id) => {
  if (!isId(id)) throw new Refused('ERR_INVALID_ARGUMENT')
  return id
}

const checkRecord = (fields, record, allowed) => {
  if (typeof record !== 'object' || record === null) throw new Refused('ERR_INVALID_ARGUMENT')
  for (const name of Object.keys(record)) {
    if (!fields.has(name) && !allowed(name)) throw new Refused('ERR_UNKNOWN_FIELD', name)
  }
}

const newRow = (fields, record) => {
  checkRecord(fields, record, () => false)
  const row = new Map()
  for (const field of fields.values()) {
    const value = given(record, field.name)
    if (!isAbsent(field, value)) row.set(field.name, stored(field, value))
    else if (!field.optional) throw new Refused('ERR_MISSING_FIELD', field.name)
  }
  return row
}

const changed = (fields, id, changes) => {
  checkRecord(fields, changes, (name) => name === 'id' && changes.id === id)
  const accepted = new Map()
  for (const field of fields.values()) {
    const value = given(changes, field.name)
    if (value === undefined) continue
    if (!isAbsent(field, value)) accepted.set(field.name, stored(field, value))
    else if (field.optional) accepted.set(field.name, undefined)
    else throw new Refused('ERR_MISSING_FIELD', field.name)
  }
  return accepted
}

module.exports = { MAX_ID, Oracle, put }
