'use strict'

const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { open } = require('lmdb')
const { modes } = require('./peer.js')

/**
 * The npm package lmdb with its default options. A put settles once its transaction is committed and can be read;
 * `flushed`, the sync to disk, is not waited for.
 * @type {import('./peer.js').Peer}
 */
module.exports = {
  name: 'lmdb',
  modes,
  async open ({ record }) {
    const path = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
    const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    process.once('exit', remove)
    const db = open({ path })
    /** @type {Promise<boolean> | undefined} */
    let last
    return {
      tick (first, count) {
        for (let index = first; index < first + count; index++) last = db.put(index, record(index))
      },
      awaitedTick (first, count) {
        const writes = []
        for (let index = first; index < first + count; index++) writes.push(db.put(index, record(index)))
        return Promise.all(writes)
      },
      settled: async () => last,
      count: () => db.getCount(),
      get: (index) => db.get(index),
      async close () {
        await db.close()
        process.off('exit', remove)
        remove()
      }
    }
  }
}
