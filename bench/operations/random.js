'use strict'

/** A prime that divides none of the counts. */
const STRIDE = 1_000_003

/**
 * Numbers below `count` that look random; every run has the same ones.
 * @param {number} count
 */
exports.targets = (count) => Uint32Array.from({ length: count }, (_, n) => (Math.imul(n + 1, 0x9e3779b1) >>> 0) % count)

/**
 * Every number below `count` once, far from its neighbours.
 * @param {number} count
 */
exports.shuffled = (count) => Uint32Array.from({ length: count }, (_, n) => (n * STRIDE) % count)
