'use strict'

/** A small seeded generator (mulberry32): the same seed gives the same program on every machine. */
class Random {
  #state

  constructor (seed) {
    this.#state = seed >>> 0
  }

  /** In [0, 1). */
  next () {
    this.#state = (this.#state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  below (limit) {
    return Math.floor(this.next() * limit)
  }

  /** Both ends included. */
  between (low, high) {
    return low + this.below(high - low + 1)
  }

  chance (probability) {
    return this.next() < probability
  }

  pick (list) {
    return list[this.below(list.length)]
  }

  /** One of `[[weight, value], …]`. */
  weighted (choices) {
    let rest = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of choices) {
      rest -= weight
      if (rest < 0) return value
    }
    return choices.at(-1)[1]
  }

  shuffled (list) {
    const out = [...list]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = out[i]
      out[i] = out[j]
      out[j] = kept
    }
    return out
  }
}

const fromEnv = (name, fallback) => {
  if (!process.env[name]) return fallback
  const value = Number(process.env[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number`)
  return value
}

/** The seed of this run: MILLRACE_SEED repeats one. */
const SEED = fromEnv('MILLRACE_SEED', (Date.now() ^ (process.pid << 12)) >>> 0)

/** MILLRACE_ROUNDS=10 runs ten times as many random programs. */
const ROUNDS = Math.max(1, fromEnv('MILLRACE_ROUNDS', 1))

module.exports = { ROUNDS, Random, SEED }
