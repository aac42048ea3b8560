'use strict'

const { spawnSync } = require('node:child_process')
const { scalingProgram } = require('./native.js')
const { summaryOf } = require('./summary.js')

/** @typedef {import('./summary.js').Summary} Summary */
/** @typedef {'documents' | 'wide' | 'members'} Shape */
/**
 * How fast prepared regions are applied, each shape of record over 8 types.
 * @typedef {object} Scaling
 * @property {Shape} shape
 * @property {boolean} tinyFirst a tiny first tick put all types on one worker
 * @property {Summary} one nanoseconds a write with 1 worker
 * @property {Summary} two the same with 2
 * @property {Summary} speedup how many times faster 2 are
 * @property {Summary} floor the same of threads that know what is theirs, and follow one that finds the frames
 */

/** Rounds, and MiB of a region. */
const FULL = ['15', '384']
const QUICK = ['1', '16']

/**
 * Runs the Rust program (bench/native/scaling), which interleaves its rounds itself.
 * @param {boolean} quick
 * @returns {Scaling[]}
 */
exports.measureScaling = (quick) => {
  const { status, stdout, stderr, error } = spawnSync(scalingProgram, quick ? QUICK : FULL, { encoding: 'utf8' })
  if (error !== undefined || status !== 0) throw error ?? new Error(`the scaling program failed: ${stderr}`)
  return stdout.trim().split('\n').map((line) => {
    /** @type {{ shape: Shape, tinyFirst: boolean, one: number[], two: number[], floorOne: number[], floorTwo: number[] }} */
    const { shape, tinyFirst, one, two, floorOne, floorTwo } = JSON.parse(line)
    const [speedup, floor] = [speedupOf(one, two), speedupOf(floorOne, floorTwo)]
    return { shape, tinyFirst, one: summaryOf(one), two: summaryOf(two), speedup, floor }
  })
}

/** @param {number[]} one @param {number[]} two @returns {Summary} */
const speedupOf = (one, two) => summaryOf(one.map((time, round) => time / (two[round] ?? NaN)))
