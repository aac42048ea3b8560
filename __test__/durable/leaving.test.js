'use strict'

// How a process, a thread or a db ends: what was handed over, and what is still in the ctx, is in the log.

const assert = require('node:assert/strict')
const os = require('node:os')
const test = require('node:test')
const { Worker } = require('node:worker_threads')
const binding = require('../../binding.js')
const { open } = require('../..')
const { ROOT, run } = require('../support/child')
const { filesOf, folderFor } = require('../support/folder')

const schema = { user: { name: 'string', age: 'uint32' } }
const { EIO } = os.constants.errno

const counted = async (folder) => {
  const db = await open({ path: folder })
  const { tail } = db.stats().recovery
  assert.equal(tail, undefined)
  const ages = Array.from(db.scan('user'), ({ age }) => age)
  await db.close()
  assert.deepEqual(ages, Array.from(ages, (_, index) => index), 'no write is missing in between')
  return ages.length
}

const WRITE = `
  const schema = ${JSON.stringify(schema)}
  let next = 0
  const write = (db, count) => { for (let i = 0; i < count; i++) db.create('user', { name: 'x', age: next++ }).catch(() => {}) }
`

const ENDS = {
  'process.exit in the tick of the writes': ['write(db, 1000); process.exit(7)', 7, 1000],
  'process.exit with much in flight': ['write(db, 50_000); db.drain(); write(db, 10); process.exit(7)', 7, 50_010],
  'process.exit in a settle callback': ['write(db, 10); await db.drain(); write(db, 5); process.exit(7)', 7, 15],
  'process.exit while a close is pending': ['write(db, 5000); db.close(); process.exit(7)', 7, 5000],
  'process.exit after close': ['write(db, 5); await db.close(); process.exit(7)', 7, 5],
  'an exception that nobody caught': ['write(db, 20); setImmediate(() => { write(db, 5); throw new Error("x") })', 1, 25],
  'its own end, never closed': ['write(db, 3000)', 0, 3000],
  'writes in an earlier exit listener': ['process.prependListener("exit", () => write(db, 7)); write(db, 3)', 0, 10]
}
for (const workers of [0, 1, 2]) {
  for (const durability of ['os', 'disk']) {
    for (const [name, [body, code, count]] of Object.entries(ENDS)) {
      test(`all is there after ${name}, ${workers} workers, ${durability}`, async (t) => {
        const folder = folderFor(t)
        const result = await run(`${WRITE}
          open({ path: ${JSON.stringify(folder)}, schema, workers: ${workers}, durability: '${durability}' })
            .then(async (db) => { ${body} })`, { seconds: 30 })
        assert.deepEqual([result.code, result.signal], [code, null], result.stderr)
        assert.equal(await counted(folder), count)
      })
    }
  }

  test(`a Worker that exits by itself, by process.exit and by terminate, ${workers} workers`, async (t) => {
    for (const end of ['', 'process.exit()', 'parentPort.postMessage("end"); setInterval(() => {}, 1000)']) {
      const folder = folderFor(t)
      const worker = new Worker(`
        const { parentPort } = require('node:worker_threads')
        const { open } = require(${JSON.stringify(ROOT)})
        ${WRITE}
        open({ path: ${JSON.stringify(folder)}, schema, workers: ${workers} })
          .then(async (db) => { write(db, 2000); db.drain(); ${end} })
      `, { eval: true })
      worker.on('message', () => worker.terminate())
      await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))
      assert.equal(await counted(folder), 2000, end)
    }
  })

  test(`SIGKILL loses nothing that settled, ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const result = await run(`${WRITE}
      open({ path: ${JSON.stringify(folder)}, schema, workers: ${workers} }).then(async (db) => {
        for (let i = 0; i < 20; i++) { write(db, 100); await db.drain() }
        write(db, 50)
        process.kill(process.pid, 'SIGKILL')
      })`)
    assert.equal(result.signal, 'SIGKILL')
    const count = await counted(folder)
    assert.ok(count >= 2000 && count <= 2050, `${count}`)
  })
}

for (const workers of [0, 1, 2]) {
  for (const [durability, sync] of [['os', false], ['disk', false], ['disk', true]]) {
    const what = sync ? 'sync' : 'append'
    test(`process.exit ends a process whose log has just failed, with what settled; ${workers} workers, ${durability}, ${what}`, async (t) => {
      const folder = folderFor(t)
      const result = await run(`${WRITE}
        open({ path: ${JSON.stringify(folder)}, schema, workers: ${workers}, durability: '${durability}' }).then(async (db) => {
          write(db, 5)
          await db.drain()
          require(${JSON.stringify(`${ROOT}/binding.js`)}).failNextWrite(${sync}, '.log', ${EIO})
          write(db, 100)
          db.drain().catch(() => {})
          write(db, 10)
          process.exit(7)
        })`, { seconds: 30 })
      assert.deepEqual([result.code, result.signal, result.stderr], [7, null, ''])
      const count = await counted(folder)
      assert.ok(sync ? count >= 5 : count === 5, `${count}`)
    })
  }
}

test('twelve durable dbs add one exit listener, and none when all are closed', async (t) => {
  const before = process.listenerCount('exit')
  const dbs = await Promise.all(Array.from({ length: 12 }, () => open({ path: folderFor(t), schema, workers: 1 })))
  assert.equal(process.listenerCount('exit'), before + 1)
  await Promise.all(dbs.map((db) => db.close()))
  assert.equal(process.listenerCount('exit'), before)
})

test('close settles writes and a checkpoint, and may be called again', async (t) => {
  const folder = folderFor(t)
  const db = await open({ path: folder, schema, durability: 'disk' })
  const id = db.create('user', { name: 'x', age: 0 })
  const checkpoint = db.checkpoint()
  const last = db.create('user', { name: 'x', age: 1 })
  await Promise.all([db.close(), db.close()])
  assert.deepEqual(await Promise.all([id, checkpoint, last]), [1, undefined, 2])
  assert.equal(await counted(folder), 2)
})

for (const workers of [0, 1]) {
  test(`close resolves and lets the path go also where its last sync fails; what settled is there, ${workers} workers`, async (t) => {
    const folder = folderFor(t)
    const db = await open({ path: folder, schema, workers })
    await db.create('user', { name: 'x', age: 0 })
    const last = db.create('user', { name: 'x', age: 1 })
    binding.failNextWrite(true, '.log', EIO)
    await db.close()
    assert.equal(await last, 2)
    assert.deepEqual(filesOf(folder, 'SYNC_FAILED'), ['SYNC_FAILED'], 'the next opening writes all of it anew')
    assert.equal(await counted(folder), 2)
  })
}

test('a db that was dropped without close lets its path go', async (t) => {
  const folder = folderFor(t)
  const result = await run(`${WRITE}
    const options = { path: ${JSON.stringify(folder)}, schema, workers: 1 }
    const main = async () => {
      let db = await open(options)
      write(db, 10)
      await db.drain()
      db = undefined
      for (let i = 0; i < 50; i++) {
        gc()
        await new Promise((resolve) => setTimeout(resolve, 10))
        db = await open(options).catch(() => undefined)
        if (db !== undefined) break
      }
      console.log(db?.count('user'))
    }
    main()`, { flags: ['--expose-gc'] })
  assert.equal(result.stdout, '10\n', result.stderr)
})
