'use strict'

const { performance } = require('node:perf_hooks')
const { setImmediate } = require('node:timers/promises')

/** @typedef {import('./subject.js').Subject} Subject */
/** @typedef {Pick<Subject, 'store' | 'mode' | 'tick' | 'count'>} Plan */
/** @typedef {(write: number) => Promise<unknown> | void} Write */

/**
 * Makes `count` writes, a tick at a time, as `mode` says.
 * @param {Plan} plan
 * @param {Write} write makes write number n
 * @returns {Promise<number[]>} how long each tick took to settle, in milliseconds, where ticks are waited for
 */
exports.writeTicks = async (plan, write) => {
  /** @type {number[]} */
  const settled = []
  if (plan.mode === 'un-awaited') await unawaited(plan, write)
  else if (plan.mode === 'awaited') await awaited(plan, write, settled)
  else await synchronous(plan, write, settled)
  return settled
}

/** @param {Plan} plan @param {Write} write */
async function unawaited({ store, tick, count }, write) {
  for (let first = 0; first < count; first += tick) {
    store.begin?.()
    for (let n = first; n < first + tick; n++) write(n)
    store.end?.()
    await setImmediate()
  }
  await store.settled()
}

/** @param {Plan} plan @param {Write} write @param {number[]} settled */
async function awaited({ store, tick, count }, write, settled) {
  for (let first = 0; first < count; first += tick) {
    const from = performance.now()
    const writes = []
    store.begin?.()
    for (let n = first; n < first + tick; n++) writes.push(write(n))
    await (store.end === undefined ? Promise.all(writes) : store.end())
    settled.push(performance.now() - from)
  }
}

/** @param {Plan} plan @param {Write} write @param {number[]} settled */
async function synchronous({ store, tick, count }, write, settled) {
  for (let first = 0; first < count; first += tick) {
    const from = performance.now()
    store.begin?.()
    for (let n = first; n < first + tick; n++) write(n)
    const rest = store.end?.()
    if (rest !== undefined) await rest
    settled.push(performance.now() - from)
    await setImmediate()
  }
}

/**
 * Fills the store before something else is measured.
 * @param {Subject} subject
 */
exports.fill = async ({ store, mode, count }) => {
  const tick = Math.min(count, 1000)
  await exports.writeTicks({ store, mode: mode === 'un-awaited' ? 'awaited' : mode, tick, count }, (n) => store.create(n))
}
