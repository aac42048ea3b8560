'use strict'

const { performance } = require('node:perf_hooks')

const RECORDS_PER_TICK = 1000

/**
 * Writes tick by tick. While the workers apply one tick the next is written, and no more than that is in flight.
 * @template Item, Result
 * @param {{ drain(): Promise<void> }} db
 * @param {Iterable<Item[]> | AsyncIterable<Item[]>} ticks
 * @param {(item: Item) => Promise<Result>} write
 * @param {(tick: Item[], spent: number) => void} onTick called when the tick has been written, with the milliseconds of its writes
 * @returns {Promise<Result[]>} what the writes gave, in the order of the items
 */
async function writeInTicks (db, ticks, write, onTick) {
  /** @type {Result[]} */
  const results = []
  /** @type {Promise<Result[]>} */
  let before = Promise.resolve([])
  for await (const tick of ticks) {
    const from = performance.now()
    const writes = tick.map(write)
    const spent = performance.now() - from
    const written = settled(db, writes)
    for (const result of await before) results.push(result)
    before = written
    onTick(tick, spent)
  }
  for (const result of await before) results.push(result)
  return results
}

/**
 * Hands over what was written; settles once all of it is applied.
 * @template Result
 * @param {{ drain(): Promise<void> }} db
 * @param {Promise<Result>[]} writes
 * @returns {Promise<Result[]>}
 */
function settled (db, writes) {
  const both = Promise.all([Promise.all(writes), db.drain()]).then(([results]) => results)
  both.catch(() => {}) // it is awaited one tick later: until then a rejection is not an unhandled one
  return both
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @returns {Generator<Item[], void>}
 */
function * slices (items) {
  for (let from = 0; from < items.length; from += RECORDS_PER_TICK) yield items.slice(from, from + RECORDS_PER_TICK)
}

exports.RECORDS_PER_TICK = RECORDS_PER_TICK
exports.slices = slices
exports.writeInTicks = writeInTicks
