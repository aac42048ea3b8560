'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { run } = require('./support/child')

const SCHEMA = `
const schema = { user: { name: 'string', age: 'uint32' } }
const user = { name: 'Ann', age: 1 }
`

const ends = async (script, { code = 0, stdout = '' }) => {
  const result = await run(SCHEMA + script, { seconds: 20 })
  assert.deepStrictEqual(result, { code, signal: null, stdout, stderr: '' })
}

for (const workers of [0, 1, 2, 4]) {
  test(`a script that writes and never closes exits by itself when all has settled, ${workers} workers`, async () => {
    await ends(`
      const main = async () => {
        const db = await open({ schema, workers: ${workers}, maxModifySize: 65536 })
        let settled = 0
        for (let i = 0; i < 20_000; i++) db.create('user', user).then(() => { settled++ })
        process.on('exit', () => console.log(settled, db.count('user')))
      }
      main()
    `, { stdout: '20000 20000\n' })
  })

  test(`a pending write keeps the event loop alive, ${workers} workers`, async () => {
    await ends(`
      const main = async () => {
        const db = await open({ schema, workers: ${workers} })
        for (let i = 1; i <= 3; i++) console.log(await db.create('user', user))
        await db.drain()
        console.log('drained')
      }
      main()
    `, { stdout: '1\n2\n3\ndrained\n' })
  })

  test(`a store that is opened and left alone does not keep the process, ${workers} workers`, async () => {
    await ends(`open({ schema, workers: ${workers} }).then(() => console.log('open'))`, { stdout: 'open\n' })
  })

  test(`a store that is idle after work does not keep the process, ${workers} workers`, async () => {
    await ends(`
      const main = async () => {
        const db = await open({ schema, workers: ${workers} })
        await db.create('user', user)
        setTimeout(() => console.log(db.count('user')), 50)
      }
      main()
    `, { stdout: '1\n' })
  })

  test(`a script that closes exits, ${workers} workers`, async () => {
    await ends(`
      const main = async () => {
        const db = await open({ schema, workers: ${workers} })
        db.create('user', user).then(console.log)
        await db.close()
        console.log('closed')
      }
      main()
    `, { stdout: '1\nclosed\n' })
  })

  test(`process.exit in the tick of a create, ${workers} workers`, async () => {
    await ends(`
      open({ schema, workers: ${workers} }).then((db) => {
        for (let i = 0; i < 1000; i++) db.create('user', user)
        process.exit(7)
      })
    `, { code: 7 })
  })

  test(`process.exit with writes in flight, and in a settle callback, ${workers} workers`, async () => {
    await ends(`
      open({ schema, workers: ${workers} }).then((db) => {
        for (let i = 0; i < 50_000; i++) db.create('user', user)
        db.drain()
        process.exit(8)
      })
    `, { code: 8 })
    await ends(`
      open({ schema, workers: ${workers} }).then((db) => {
        for (let i = 0; i < 1000; i++) db.create('user', user).then((id) => { if (id === 500) process.exit(9) })
      })
    `, { code: 9 })
  })

  test(`a failing write that nobody awaits is an unhandled rejection, ${workers} workers`, async () => {
    for (const [write, code] of [
      ['db.delete(\'user\', 1)', 'ERR_NOT_FOUND'],
      ['db.modify(\'user\', 1, { age: 2 })', 'ERR_NOT_FOUND'],
      ['db.create(\'user\', {})', 'ERR_MISSING_FIELD']
    ]) {
      await ends(`
        process.on('unhandledRejection', (error) => console.log(error.code))
        open({ schema, workers: ${workers} }).then((db) => { ${write}; db.create('user', user) })
      `, { stdout: `${code}\n` })
    }
  })

  test(`without a listener it ends the process with code 1, ${workers} workers`, async () => {
    const script = `${SCHEMA}open({ schema, workers: ${workers} }).then((db) => { db.delete('user', 1) })`
    const { code, signal, stderr } = await run(script, { seconds: 20 })
    assert.deepStrictEqual({ code, signal }, { code: 1, signal: null })
    assert.match(stderr, /ERR_NOT_FOUND/)
  })

  test(`a failing write that is awaited is no unhandled rejection, ${workers} workers`, async () => {
    await ends(`
      process.on('unhandledRejection', (error) => console.log('unhandled', error))
      const main = async () => {
        const db = await open({ schema, workers: ${workers} })
        for (const write of [
          () => db.delete('user', 1), () => db.modify('user', 1, { age: 2 }), () => db.create('user', {}),
          () => db.createMany('user', [{}]), () => create(db, 'user', {}), () => modify(db, 'user', 1, {})
        ]) {
          await write().catch((error) => console.log(error.code))
        }
        const failing = db.delete('user', 1)
        failing.catch(() => {})
        await db.drain()
        await db.close()
      }
      main()
    `, {
      stdout: 'ERR_NOT_FOUND\nERR_NOT_FOUND\nERR_MISSING_FIELD\nERR_MISSING_FIELD\nERR_MISSING_FIELD\nERR_NOT_FOUND\n'
    })
  })
}

test('an uncaught exception with writes in flight ends the process as it always does', async () => {
  const { code, signal, stderr } = await run(`${SCHEMA}
    open({ schema, workers: 2 }).then((db) => {
      for (let i = 0; i < 50_000; i++) db.create('user', user)
      setImmediate(() => { throw new Error('from the program') })
    })
  `, { seconds: 20 })
  assert.deepStrictEqual({ code, signal }, { code: 1, signal: null })
  assert.match(stderr, /from the program/)
  assert.doesNotMatch(stderr, /panicked|fatal/i)
})

test('twelve stores add no listeners that Node warns about', async () => {
  await ends(`
    const main = async () => {
      for (let i = 0; i < 12; i++) await (await open({ schema, workers: 1 })).create('user', user)
      console.log('done')
    }
    main()
  `, { stdout: 'done\n' })
})
