'use strict'

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
 */

/** @returns {Scaling[]} */
exports.measureScaling = () => []
