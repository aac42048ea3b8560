'use strict'
// Opens a store, makes a checkpoint and closes it, over and over, until it is killed.

const { open } = require('../../..')
const binding = require('../../../binding.js')

const { path, segment, checkpoint } = JSON.parse(process.argv[2])

const main = async () => {
  binding.setLogLimits(segment, checkpoint)
  for (;;) {
    const db = await open({ path, workers: 1 })
    await db.checkpoint()
    await db.close()
  }
}

main()
