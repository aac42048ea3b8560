'use strict'
// No libuv pool thread is used by millrace: none is started by full load, and while the pool's only thread is busy for
// seconds (UV_THREADPOOL_SIZE=1), dbs open, write, drain and close. Needs Linux for the first part.

const assert = require('node:assert/strict')
const crypto = require('node:crypto')
const fs = require('node:fs')
const { promisify } = require('node:util')
const { open } = require('../../..')

const WORKERS = 2
const ITERATIONS = 10_000_000

const threads = () => (process.platform === 'linux' ? fs.readdirSync('/proc/self/task').length : 0)

const useDb = async () => {
  const db = await open({ schema: { note: { text: 'string' } }, workers: WORKERS, maxModifySize: 65536 })
  const writes = []
  for (let tick = 0; tick < 20; tick++) {
    for (let i = 0; i < 1000; i++) writes.push(db.create('note', { text: `note ${i}` }))
    await db.drain()
  }
  const most = threads()
  await Promise.all(writes)
  await db.close()
  return most
}

const main = async () => {
  const before = threads()
  const during = await useDb()
  if (process.platform === 'linux') {
    assert.equal(during, before + WORKERS, 'the db has its workers, and nothing else was started')
    await fs.promises.stat(__filename)
    assert.equal(threads(), before + 1, 'the first use of the pool starts its only thread')
  }
  let busy = true
  const key = promisify(crypto.pbkdf2)('secret', 'salt', ITERATIONS, 32, 'sha256').then(() => { busy = false })
  for (let i = 0; i < 5; i++) await useDb()
  assert.ok(busy, 'five dbs came and went before the pool had time for anything else')
  await key
  console.log('no pool thread was used')
}

main()
