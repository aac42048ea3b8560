'use strict'
// Regions as `lib/` hands them over: the Rust core decodes them to what was written, and damaged ones are errors or valid.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const binding = require('../binding.js')
const { open } = require('..')
const { put } = require('./support/oracle')
const { ROUNDS, Random, SEED } = require('./support/random')
const { randomChanges, randomRecord, randomSchema } = require('./support/random-schema')
const { BASE_TYPES, isAbsent, parseField, stored } = require('./support/stored')

const ROOT = path.join(__dirname, '..')

/** Every base type and both widths of enums, required and optional, in random order. */
const everyKind = (random) => {
  const enums = [3, 300].map((count) => Array.from({ length: count }, (_, i) => `value ${i}`))
  const definitions = [
    ...BASE_TYPES.flatMap((base) => [base, `${base}?`]),
    ...enums.flatMap((values) => [{ enum: values }, { enum: values, optional: true }])
  ]
  return Object.fromEntries(random.shuffled(definitions).map((definition, i) => [`field${i}`, definition]))
}

/** A db that applies on this thread; `onRegion` gets a copy of each region first. Gives what the addon was opened with too. */
const openTapped = async (schema, options, onRegion) => {
  const original = { open: binding.open, modify: binding.modify }
  const opened = {}
  binding.open = (request, ...rest) => {
    const { dbCtx, ...more } = original.open(request, ...rest)
    Object.assign(opened, { types: request.types, dbCtx })
    return { dbCtx, ...more }
  }
  const db = await open({ schema, workers: 0, ...options })
  binding.open = original.open
  binding.modify = (slice, dbCtx, state) => {
    if (dbCtx === opened.dbCtx) onRegion(Buffer.from(slice))
    return original.modify(slice, dbCtx, state)
  }
  return { db, ...opened, close: () => db.close().finally(() => Object.assign(binding, original)) }
}

const bits = (value, View) => {
  const words = new BigUint64Array(1)
  new View(words.buffer)[0] = value
  return String(words[0])
}

/** A value as tests/frames.rs prints it. */
const show = (field, value) => {
  if (isAbsent(field, value)) return '-'
  const hex = (bytes) => Buffer.from(bytes).toString('hex')
  if (field.base === 'json') return `'${hex(JSON.stringify(value).toWellFormed())}`
  const kept = stored(field, value)
  if (Number.isNaN(kept)) return 'NaN'
  switch (field.base) {
    case 'string': return `'${hex(kept)}`
    case 'binary': return `x${hex(kept)}`
    case 'boolean': return kept ? '1' : '0'
    case 'enum': return String(field.values.indexOf(kept))
    case 'float32': return bits(kept, Float32Array)
    case 'float64': return bits(kept, Float64Array)
    case 'timestamp': return bits(kept.getTime(), Float64Array)
    default: return String(kept)
  }
}

/** Random writes to a db, the regions that they came to, and the lines that tests/frames.rs must print for them. */
class Recording {
  regions = []
  lines = []
  #random
  #types
  #before
  // Writes in the run so far: the next one's place in the queue.
  #place = 0

  constructor (random, schema, before) {
    this.#random = random
    this.#before = before
    this.#types = Object.entries(schema).map(([name, definition], index) => {
      const fields = new Map(Object.entries(definition).map(([field, kind]) => [field, parseField(field, kind)]))
      return { name, index, fields, nextId: 1 }
    })
  }

  onRegion (region) {
    this.regions.push(region)
    this.#place = 0
  }

  async run (db, bursts) {
    for (let i = 0; i < bursts; i++) {
      const writes = Array.from({ length: this.#random.between(1, 30) }, () => this.#write(db, this.#random.pick(this.#types)))
      await Promise.allSettled(writes)
    }
  }

  #record ({ fields }) {
    return randomRecord(this.#random, fields, this.#random.weighted([[20, 300], [1, 1500]]))
  }

  #write (db, type) {
    const promise = this.#random.weighted([
      [5, () => this.#create(db, type)],
      [2, () => this.#createMany(db, type)],
      [4, () => this.#modify(db, type)],
      [1, () => this.#delete(db, type)]
    ])()
    this.#place++
    return promise
  }

  #created (type, record) {
    const values = [...type.fields.values()].map((field) => show(field, own(record, field.name)))
    this.lines.push(`create ${type.index} ${type.nextId++} ${values.join(' ')}`)
  }

  #create (db, type) {
    const record = this.#record(type)
    this.#created(type, record)
    return db.create(type.name, record)
  }

  #createMany (db, type) {
    const records = Array.from({ length: this.#random.between(1, 20) }, () => this.#record(type))
    for (const record of records) this.#created(type, record)
    return db.createMany(type.name, records)
  }

  #modify (db, type) {
    const [id, changes] = [this.#random.between(1, type.nextId), randomChanges(this.#random, type.fields, 300)]
    const promise = db.modify(type.name, id, changes)
    const cells = [...type.fields.values()].flatMap((field, i) => {
      const value = own(changes, field.name)
      return value === undefined ? [] : [` ${i}=${show(field, value)}`]
    })
    this.#operated(`modify ${type.index} ${id}`, cells.join(''))
    return promise
  }

  #delete (db, type) {
    const id = this.#random.between(1, type.nextId)
    const promise = db.delete(type.name, id)
    this.#operated(`delete ${type.index} ${id}`, '')
    return promise
  }

  // After the call, which may have handed the run over to make room.
  #operated (what, cells) {
    this.lines.push(`${this.#before + this.regions.length} ${what} ${this.#place}${cells}`)
  }
}

const own = (record, name) => Object.hasOwn(record, name) ? record[name] : undefined

/** A schema's description and regions, in the form that tests/frames.rs reads. */
const packed = (types, regions) => {
  const word = (number) => Buffer.from(Uint32Array.of(number).buffer)
  const fields = ({ kind, optional, values }) => [word(kind), word(optional ? 1 : 0), word(values.length)]
  return Buffer.concat([
    word(types.length), ...types.flatMap((type) => [word(type.fields.length), ...type.fields.flatMap(fields)]),
    word(regions.length), ...regions.flatMap((region) => [word(region.length), region])
  ])
}

/** Records random writes to a db of a random schema. */
const record = async (random, options, bursts, before = 0) => {
  const schema = random.chance(0.5) ? randomSchema(random) : {}
  put(schema, 'every kind', everyKind(random))
  const recording = new Recording(random, schema, before)
  const tapped = await openTapped(schema, options, (region) => recording.onRegion(region))
  await recording.run(tapped.db, bursts)
  await tapped.close()
  return { schema, types: tapped.types, ...recording }
}

/** Lines of one type and one way to write, in order: frames of new records and of operations may change places. */
const groups = (lines) => {
  const groups = new Map()
  for (const line of lines) {
    const [, way, type] = /(create|modify|delete) (\d+)/.exec(line)
    const key = `${way === 'create' ? 'records' : 'operations'} of type ${type}`
    // The records of one createMany may be in several regions.
    groups.set(key, [...groups.get(key) ?? [], way === 'create' ? line.replace(/^\d+ /, '') : line])
  }
  return groups
}

test('the core decodes what JavaScript encodes', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-frames-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'frames')
  const programs = []
  let regions = 0
  for (let i = 0; i < 16 * ROUNDS; i++) {
    const random = new Random((SEED + i * 7919) >>> 0)
    const program = await record(random, { maxModifySize: random.pick([4096, 8192, 65536, undefined]) }, 12, regions)
    regions += program.regions.length
    programs.push(program)
    fs.appendFileSync(file, packed(program.types, program.regions))
  }
  const args = ['test', '--quiet', '--no-default-features', '--test', 'frames', '--', '--ignored']
  execFileSync('cargo', args, { cwd: ROOT, env: { ...process.env, MILLRACE_FRAMES: file }, stdio: ['ignore', 'ignore', 'inherit'] })
  const decoded = fs.readFileSync(`${file}.decoded`, 'utf8').trimEnd().split('\n')
  let from = 0
  for (const [i, { regions, lines }] of programs.entries()) {
    const program = decoded.filter((line) => parseInt(line) >= from && parseInt(line) < from + regions.length)
    from += regions.length
    assert.deepEqual(groups(program), groups(lines), `MILLRACE_SEED=${SEED}, program ${i}`)
  }
})

/** Reads everything; a row may hold text that is no JSON. Gives how many rows there are. */
const readAll = (db, types) => {
  const read = (reading) => {
    try {
      return reading()
    } catch (error) {
      assert.ok(error instanceof SyntaxError, error.stack)
      return undefined
    }
  }
  for (const { name } of types) {
    const count = db.count(name)
    for (let id = 0; id < 12; id++) {
      const row = read(() => db.get(name, id))
      if (row !== undefined) assert.equal(row.id, id)
      if (row !== undefined) assert.ok(db.has(name, id))
    }
    const rows = read(() => [...db.scan(name)])
    const reversed = read(() => [...db.scan(name, { reverse: true })])
    for (const found of [rows, reversed]) if (found !== undefined) assert.equal(found.length, count)
    if (rows && reversed) assert.deepEqual(rows.map(({ id }) => id), reversed.map(({ id }) => id).reverse())
  }
}

/** Applies `region` to a fresh db and reads; gives `valid` or `error`. */
const applyTo = async (schema, region) => {
  const { db, types, dbCtx, close } = await openTapped(schema, { maxModifySize: 4096 }, () => {})
  let reason = null
  try {
    binding.modify(region, dbCtx, new Int32Array(4))
  } catch (error) {
    reason = error.message
    assert.match(reason, /^malformed frame at byte \d+: /)
  }
  assert.equal(binding.refusal(dbCtx)?.message ?? null, reason)
  readAll(db, types)
  await close()
  return reason === null ? 'valid' : 'error'
}

test('a region of JavaScript that is cut off or has changed bits is an error or valid', async (t) => {
  const random = new Random(SEED)
  const { schema, regions } = await record(random, { maxModifySize: 4096 }, 6)
  const counts = { valid: 0, error: 0 }
  for (const region of random.shuffled(regions).slice(0, 4 * ROUNDS)) {
    assert.equal(await applyTo(schema, region.subarray(0, region.length - 8)), 'error', `MILLRACE_SEED=${SEED}`)
    for (let i = 0; i < 60; i++) counts[await applyTo(schema, region.subarray(0, random.below(region.length)))]++
    for (let i = 0; i < 200; i++) {
      const damaged = Buffer.from(region)
      for (let flips = random.weighted([[4, 1], [1, 8]]); flips > 0; flips--) {
        damaged[random.below(random.chance(0.3) ? 64 : region.length)] ^= 1 << random.below(8)
      }
      counts[await applyTo(schema, damaged)]++
    }
  }
  t.diagnostic(`${counts.error} errors, ${counts.valid} valid`)
})
