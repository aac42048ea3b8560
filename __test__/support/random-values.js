'use strict'

const { BIG_INTEGERS, INTEGERS } = require('./stored')

const ALPHABETS = {
  ascii: [...'abcdefghijklmnopqrstuvwxyz0123456789 \n\0"\'\\'],
  two: [...'äöüßéñΩЖ'],
  three: [...'€語界한\ufeff\u2028'],
  four: ['😀', '𝄞', '🧶', '𐍈']
}
const HIGH = '\ud83d'
const LOW = '\ude00'

const text = (random, alphabet, units) => {
  let out = ''
  while (out.length < units) out += random.pick(alphabet)
  return out
}

// Neighbours in a column that end and start with half a pair must not join into one character.
const STRINGS = [
  [2, () => ''],
  [6, (random, units) => text(random, ALPHABETS.ascii, units)],
  [2, (random, units) => text(random, ALPHABETS.two, units)],
  [2, (random, units) => text(random, ALPHABETS.three, units)],
  [2, (random, units) => text(random, ALPHABETS.four, units)],
  [3, (random, units) => text(random, Object.values(ALPHABETS).flat(), units)],
  [2, (random, units) => text(random, ALPHABETS.ascii, units) + HIGH],
  [2, (random, units) => LOW + text(random, ALPHABETS.ascii, units)],
  [2, (random, units) => LOW + text(random, ALPHABETS.four, units) + HIGH],
  [1, (random) => random.pick([HIGH, LOW, LOW + HIGH, HIGH + HIGH, '\udfff', '\ud800'])]
]

/** A string of at most `bytes` bytes, counted as three a UTF-16 unit. */
const randomString = (random, bytes) => {
  // The alphabets and the halves at the ends may add three units to what is asked for.
  const most = Math.floor(bytes / 3) - 3
  if (most <= 0) return ''
  const units = random.chance(0.8) ? Math.min(most, random.below(24)) : random.below(most + 1)
  return random.weighted(STRINGS)(random, units)
}

const randomBytes = (random, bytes) => {
  const length = random.chance(0.8) ? Math.min(bytes, random.below(24)) : random.below(bytes + 1)
  const out = random.chance(0.5) ? new Uint8Array(length) : Buffer.alloc(length)
  for (let i = 0; i < length; i++) out[i] = random.below(256)
  return out
}

const randomJson = (random, bytes, depth = 0) => {
  const share = Math.floor(bytes / 8)
  return random.weighted([
    [1, () => random.pick([true, false, 0, -1.5, 1e300, ''])],
    [2, () => randomString(random, Math.floor(share / 2))],
    [depth < 2 ? 2 : 0, () => Array.from({ length: random.below(4) }, () => randomJson(random, share, depth + 1))],
    [depth < 2 ? 2 : 0, () => ({ a: randomJson(random, share, depth + 1), 'b"': null, c: undefined })]
  ])()
}

const randomBigInt = (random) => random.weighted([
  [2, () => BigInt(random.below(1000))],
  [2, () => (BigInt(random.below(2 ** 31)) << 32n) | BigInt(random.below(2 ** 32))]
])()

const FLOATS = [0, -0, 1, -1.5, Math.PI, NaN, Infinity, -Infinity, 1e-45, Number.MIN_VALUE]
const TIMES = [0, -1, 1, 8.64e15, -8.64e15, 1_700_000_000_123]

const VALUES = {
  string: randomString,
  binary: randomBytes,
  json: randomJson,
  boolean: (random) => random.chance(0.5),
  float32: (random) => random.chance(0.4) ? random.pick([...FLOATS, 3.4028234663852886e38]) : random.next() * 1e6,
  float64: (random) => random.chance(0.4) ? random.pick([...FLOATS, Number.MAX_VALUE]) : random.next() * 1e12,
  timestamp: (random) => new Date(random.chance(0.3) ? random.pick(TIMES) : random.below(2 ** 41)),
  enum: (random, bytes, depth, values) => random.pick(values)
}
for (const [base, [low, high]] of Object.entries(INTEGERS)) {
  VALUES[base] = (random) => random.chance(0.3) ? random.pick([low, high, 0, -0]) : random.between(low, high)
}
for (const [base, [low, high]] of Object.entries(BIG_INTEGERS)) {
  VALUES[base] = (random) => random.chance(0.3) ? random.pick([low, high, 0n]) : randomBigInt(random)
}

/** A value that the field takes, of at most about `bytes` bytes. */
const randomValue = (random, field, bytes) => VALUES[field.base](random, bytes, 0, field.values)

const REFUSED = {
  string: [1, true, {}, Symbol('s')],
  enum: ['no such value', 0, {}],
  binary: ['00', [1, 2], new Uint16Array(2), new ArrayBuffer(2)],
  boolean: [0, 1, 'true'],
  float32: ['1', 1n, {}, 1e39, -3.5e38],
  float64: ['1', 1n, {}],
  timestamp: [0, '2020-01-01', new Date(NaN)],
  json: [1n, () => {}, Symbol('s')]
}
for (const [base, [low, high]] of Object.entries(INTEGERS)) {
  REFUSED[base] = [low - 1, high + 1, Infinity, -Infinity, NaN, 0.5, '1', 1n]
}
for (const [base, [low, high]] of Object.entries(BIG_INTEGERS)) REFUSED[base] = [low - 1n, high + 1n, 1, '1']

/** A value that the field refuses. */
const refusedValue = (random, field) => random.pick(REFUSED[field.base])

module.exports = { REFUSED, randomString, randomValue, refusedValue }
