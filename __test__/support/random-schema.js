'use strict'

const { BASE_TYPES } = require('./stored')
const { put } = require('./oracle')
const { Random } = require('./random')
const { randomValue, refusedValue } = require('./random-values')

const ODD_NAMES = [
  'constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'a"b', 'line\nbreak', '`', '${x}',
  '*/', '\u2028', '😀', '0', '-1', 'return', 'this.x', '\\'
]

const names = (random, count) => {
  const odd = random.chance(0.4) ? random.shuffled(ODD_NAMES) : []
  return Array.from({ length: count }, (_, i) => odd.length > 0 && random.chance(0.5) ? odd.pop() : `name${i}`)
}

const randomEnum = (random) => {
  const count = random.weighted([[4, random.between(1, 5)], [1, 300]])
  return { enum: Array.from({ length: count }, (_, i) => i === 1 ? '' : `value ${i}`) }
}

// Each of the ways to write the same field.
const randomField = (random, base) => {
  const optional = random.chance(0.4)
  if (base === 'enum') return optional ? { ...randomEnum(random), optional: true } : randomEnum(random)
  if (random.chance(0.7)) return optional ? `${base}?` : base
  return optional ? { type: base, optional: true } : { type: base }
}

const randomFields = (random) => {
  const bases = random.shuffled([...BASE_TYPES, 'enum', 'string', 'uint32'])
  const fields = {}
  for (const name of names(random, random.between(1, 10))) put(fields, name, randomField(random, bases.pop()))
  return fields
}

/** A schema of 1 to 8 types with 1 to 10 fields each. */
const randomSchema = (random) => {
  const schema = {}
  for (const type of names(random, random.between(1, 8))) put(schema, type, randomFields(random))
  return schema
}

/** A record of all required and some optional fields, of at most about `bytes` bytes. */
const randomRecord = (random, fields, bytes) => {
  const record = {}
  const share = Math.floor(bytes / fields.size)
  for (const field of random.chance(0.2) ? random.shuffled([...fields.values()]) : fields.values()) {
    if (!field.optional || random.chance(0.6)) put(record, field.name, randomValue(random, field, share))
    else if (random.chance(0.3)) put(record, field.name, random.pick([null, undefined]))
  }
  return record
}

/** Changes to some fields, some of them cleared, some not given; `{}` too. */
const randomChanges = (random, fields, bytes) => {
  const changes = {}
  const share = Math.floor(bytes / fields.size)
  for (const field of fields.values()) {
    if (random.chance(0.4)) put(changes, field.name, randomValue(random, field, share))
    else if (field.optional && random.chance(0.3)) put(changes, field.name, null)
    else if (random.chance(0.1)) put(changes, field.name, undefined)
  }
  return changes
}

// One fault only: which of two would be reported first is nobody's business.
const withFault = (random, fields, record) => {
  const field = random.pick([...fields.values()])
  const nullable = field.optional || field.base === 'json'
  return random.weighted([
    [4, () => put(record, field.name, refusedValue(random, field))],
    [1, () => put(record, 'no such field', 1)],
    [1, () => put(record, 'id', 0.5)],
    [nullable ? 0 : 1, () => put(record, field.name, null)]
  ])()
}

const faultyRecord = (random, fields) => withFault(random, fields, randomRecord(random, fields, 256))

const faultyChanges = (random, fields) => withFault(random, fields, randomChanges(random, fields, 256))

/** The schema of a part of a store, from a number: types that no other part has. */
const schemaOf = (seed, part) => {
  const types = Object.entries(randomSchema(new Random(seed)))
  return Object.fromEntries(types.map(([type, fields]) => [part === 0 ? type : `${type} of thread ${part}`, fields]))
}

/** The schema of all parts, from their numbers. */
const unionOf = (seeds) => Object.fromEntries(seeds.flatMap((seed, part) => Object.entries(schemaOf(seed, part))))

module.exports = { ODD_NAMES, faultyChanges, faultyRecord, randomChanges, randomRecord, randomSchema, schemaOf, unionOf }
