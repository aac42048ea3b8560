'use strict'

const { SEED } = require('./random')
const { runProgram } = require('./program')

const WORKERS = [0, 1, 2, 4]
const SIZES = [4096, 4100, 8192, 65536, undefined]
const BURSTS = 25

// A size that is no multiple of the alignment works, or is refused at open.
const refusesOddSize = async (open, maxModifySize) => {
  if (maxModifySize === undefined || maxModifySize % 8 === 0) return false
  try {
    await (await open({ schema: { a: { b: 'uint8' } }, maxModifySize })).close()
    return false
  } catch (error) {
    if (error.code === 'ERR_INVALID_ARGUMENT' && error.message.includes(String(maxModifySize))) return true
    throw error
  }
}

/** `programs` random programs on stores of these options; a failure names the seed that repeats it. */
const sweep = async (open, options, programs) => {
  if (await refusesOddSize(open, options.maxModifySize)) return
  for (let i = 0; i < programs; i++) {
    const seed = (SEED + i * 7919) >>> 0
    try {
      await runProgram(open, seed, options, BURSTS)
    } catch (error) {
      error.message = `MILLRACE_SEED=${SEED}, program ${i} of ${JSON.stringify(options)}: ${error.message}`
      throw error
    }
  }
}

module.exports = { SIZES, WORKERS, sweep }
