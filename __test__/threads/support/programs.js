'use strict'
// Random programs in several threads at once, each on a db of its own to one store.

const path = require('node:path')
const { Random, SEED } = require('../../support/random')

const PROGRAM = path.join(__dirname, '..', '..', 'support', 'program.js')
const BURSTS = 25

/** In a thread: runs one part. Gives whether it may generate code. */
const runThere = async ({ open, require }, program, seeds, part, options, bursts) => {
  await require(program).runPart(open, seeds, part, options, bursts)
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

/** `programs` random programs, with a part for each of the threads; a failure names the seed that repeats it. */
const sweepTogether = async (threads, options, programs) => {
  const generates = new Set()
  for (let i = 0; i < programs; i++) {
    const random = new Random((SEED + i * 7919) >>> 0)
    const seeds = threads.map(() => random.below(2 ** 32))
    // A store of its own, since each program has its own schema.
    const place = options.path === undefined ? { name: `${options.name} ${i}` } : { path: `${options.path} ${i}` }
    try {
      const parts = threads.map((thread, part) => thread.run(runThere, PROGRAM, seeds, part, { ...options, ...place }, BURSTS))
      for (const generated of await Promise.all(parts)) generates.add(generated)
    } catch (error) {
      error.message = `MILLRACE_SEED=${SEED}, program ${i} of ${JSON.stringify(options)}: ${error.message}`
      throw error
    }
  }
  return [...generates]
}

module.exports = { sweepTogether }
