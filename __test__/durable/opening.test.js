'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const { run, ROOT } = require('../support/child')
const { filesOf, folderFor } = require('../support/folder')
const { openFor, rejected } = require('../support/outcome')

const schema = { user: { name: 'string', age: 'uint8', role: { enum: ['admin', 'member'] } } }
const ada = { name: 'Ada', age: 36, role: 'admin' }

/** A store at `folder` with one user, closed. */
const write = async (folder, options = {}) => {
  const db = await open({ path: folder, schema, ...options })
  await db.create('user', ada)
  await db.close()
}

for (const name of ['plain', 'with a space', 'quo"te\'s', 'ünï 日本 😀', 'per%20cent%', 'new\nline', '#?&*[a]', 'a/b/c']) {
  test(`a path may be called ${JSON.stringify(name)}`, async (t) => {
    const folder = folderFor(t, name)
    await write(folder)
    const db = await openFor(t, { path: folder })
    assert.deepEqual(db.get('user', 1), { id: 1, ...ada })
    assert.ok(fs.existsSync(path.join(folder, 'MANIFEST')))
  })
}

test('a path is relative to the working directory', async (t) => {
  const folder = folderFor(t)
  await write(path.relative(process.cwd(), folder))
  assert.ok(fs.existsSync(path.join(folder, 'MANIFEST')))
})

test('a relative path stays where it was when the working directory changes', async (t) => {
  const folder = folderFor(t)
  const before = process.cwd()
  t.after(() => process.chdir(before))
  process.chdir(path.dirname(folder))
  const db = await open({ path: path.basename(folder), schema })
  process.chdir(os.tmpdir())
  await db.create('user', ada)
  await db.checkpoint()
  await db.close()
  const again = await openFor(t, { path: folder })
  assert.deepEqual(again.get('user', 1), { id: 1, ...ada })
  assert.equal(filesOf(folder, '.arrow').length, 1)
})

test('a path may be, or lead through, a symbolic link; it is the same store by each of its names', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t, 'real/store')
  await write(folder)
  const top = path.dirname(path.dirname(folder))
  fs.symlinkSync(folder, path.join(top, 'link'))
  fs.symlinkSync(path.dirname(folder), path.join(top, 'above'))
  const db = await open({ path: path.join(top, 'link') })
  const other = await open({ path: path.join(top, 'above', 'store') })
  assert.equal(other.stats().store.handles, 2)
  await db.checkpoint()
  await db.close()
  await other.close()
  const again = await openFor(t, { path: path.join(top, 'above', 'store') })
  assert.deepEqual(again.get('user', 1), { id: 1, ...ada })
})

test('a link to nowhere is no path', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t)
  fs.symlinkSync(path.join(folder, 'nowhere'), folder)
  await rejected(open({ path: folder, schema }), 'ERR_INVALID_ARGUMENT')
})

test('files are for their owner only', { skip: process.platform === 'win32' }, async (t) => {
  const folder = folderFor(t, 'a/b')
  const mask = process.umask(0)
  t.after(() => process.umask(mask))
  const db = await openFor(t, { path: folder, schema })
  await db.create('user', ada)
  await db.checkpoint()
  const modes = (name) => (fs.statSync(name).mode & 0o777).toString(8)
  assert.deepEqual([folder, path.dirname(folder)].map(modes), ['700', '700'])
  const names = fs.readdirSync(folder)
  assert.ok(names.length >= 4, names.join())
  for (const name of names) assert.equal(modes(path.join(folder, name)), '600', name)
})

test('ERR_INVALID_ARGUMENT: no directory can be there', async (t) => {
  const file = folderFor(t)
  fs.writeFileSync(file, '')
  for (const place of [file, path.join(file, 'below')]) {
    const error = await rejected(open({ path: place, schema }), 'ERR_INVALID_ARGUMENT')
    assert.match(error.cause.code, /^(ENOTDIR|EEXIST)$/)
  }
  await rejected(open({ path: 'nul\0l', schema }), 'ERR_INVALID_ARGUMENT')
})

test('ERR_INVALID_ARGUMENT: no store is there, and no schema is given', async (t) => {
  const folder = folderFor(t)
  const error = await rejected(open({ path: folder }), 'ERR_INVALID_ARGUMENT')
  assert.match(error.message, /schema/)
  assert.equal(fs.existsSync(folder), false)
  await write(folder)
})

test('a schema that is none is refused before anything is made', async (t) => {
  const folder = folderFor(t)
  await rejected(open({ path: folder, schema: {} }), 'ERR_INVALID_SCHEMA')
  assert.equal(fs.existsSync(folder), false)
})

test('ERR_LOCKED: another process has it; it is free once that process has died', async (t) => {
  const folder = folderFor(t)
  const main = (end) => `
    open({ path: ${JSON.stringify(folder)}, schema: ${JSON.stringify(schema)} }).then(async (db) => {
      await db.create('user', ${JSON.stringify(ada)})
      const other = require('node:child_process').spawnSync(process.execPath, ['-e',
        \`require(${JSON.stringify(ROOT)}).open({ path: ${JSON.stringify(folder)} }).catch((error) => console.log(error.code))\`])
      console.log(String(other.stdout).trim())
      ${end}
    })`
  const childThatStays = "require('node:child_process').spawn('sleep', ['20'], { detached: true, stdio: 'ignore' }).unref()"
  for (const [end, signal] of [[`${childThatStays}; process.kill(process.pid, "SIGKILL")`, 'SIGKILL'], ['process.kill(process.pid, "SIGKILL")', 'SIGKILL'], ['process.exit()', null], ['process.abort()', 'SIGABRT']]) {
    const result = await run(main(end))
    assert.equal(result.signal, signal)
    assert.equal(result.stdout, 'ERR_LOCKED\n')
  }
  const db = await openFor(t, { path: folder })
  assert.equal(db.count('user'), 4)
})

const CHANGES = {
  'another type': [{ user: { ...schema.user, age: 'uint16' } }, /"age" of type "user" is stored as uint8, and the schema given has uint16/],
  'an optional field': [{ user: { ...schema.user, name: 'string?' } }, /"name".*stored as string, .*string \(optional\)/],
  'a field that is gone': [{ user: { name: 'string', role: schema.user.role } }, /"age" of type "user" is stored as uint8, and the schema given does not have it/],
  'other enum values': [{ user: { ...schema.user, role: { enum: ['admin', 'guest'] } } }, /"role".*admin, member.*admin, guest/],
  'a type that is gone': [{ other: { a: 'int8' } }, /type "user" is stored/],
  'a new field that is required': [{ user: { ...schema.user, more: 'json' } }, /"more" of type "user".*json.*must be optional/]
}
for (const [name, [changed, message]] of Object.entries(CHANGES)) {
  test(`ERR_SCHEMA_MISMATCH: ${name}`, async (t) => {
    const folder = folderFor(t)
    await write(folder)
    const error = await rejected(open({ path: folder, schema: changed }), 'ERR_SCHEMA_MISMATCH')
    assert.match(error.message, message)
    const db = await openFor(t, { path: folder, schema })
    assert.deepEqual([...db.scan('user')], [{ id: 1, ...ada }])
  })
}

for (const checkpoint of [false, true]) {
  test(`new types and new optional fields, ${checkpoint ? 'with' : 'without'} a checkpoint before`, async (t) => {
    const folder = folderFor(t)
    const first = await open({ path: folder, schema })
    await first.create('user', ada)
    await first.create('user', { ...ada, name: 'Bo' })
    await first.delete('user', 2)
    if (checkpoint) await first.checkpoint()
    await first.modify('user', 1, { age: 37 })
    await first.close()
    const extended = { more: { n: 'int64' }, user: { nick: 'string?', ...schema.user, n: 'float64?' } }
    const second = await open({ path: folder, schema: extended })
    assert.deepEqual(second.get('user', 1), { id: 1, ...ada, age: 37 })
    assert.equal(await second.create('user', { ...ada, nick: 'x', n: 0.5 }), 3)
    assert.equal(await second.create('more', { n: 5n }), 1)
    await second.modify('user', 1, { nick: 'countess' })
    await second.close()
    const third = await openFor(t, { path: folder })
    assert.deepEqual([...third.scan('user')], [{ id: 1, ...ada, age: 37, nick: 'countess' }, { id: 3, ...ada, nick: 'x', n: 0.5 }])
    assert.deepEqual(third.get('more', 1), { id: 1, n: 5n })
  })
}

test('ids go on, also after the newest records were deleted and everything is in snapshots', async (t) => {
  const folder = folderFor(t)
  for (let round = 0; round < 3; round++) {
    const db = await open({ path: folder, schema })
    assert.equal(await db.create('user', ada), round + 1)
    await db.delete('user', round + 1)
    if (round > 0) await db.checkpoint()
    await db.close()
  }
  assert.deepEqual(filesOf(folder, '.arrow'), [], 'a type without rows needs no snapshot')
})

test('stats().recovery says what was found', async (t) => {
  const folder = folderFor(t)
  const db = await open({ path: folder, schema, durability: 'disk' })
  assert.deepEqual(db.stats().recovery, { rows: 0, batches: 0, operations: 0, bytes: 0, damage: [] })
  await db.createMany('user', [ada, ada, ada])
  await db.checkpoint()
  await db.modify('user', 2, { age: 1 })
  await Promise.all([db.delete('user', 1), db.create('user', ada)])
  await db.close()
  const again = await openFor(t, { path: folder })
  const { bytes, ...found } = again.stats().recovery
  assert.deepEqual(found, { rows: 3, batches: 2, operations: 3, damage: [] })
  assert.ok(bytes > 100)
  const inMemory = await openFor(t, { schema })
  assert.equal('recovery' in inMemory.stats(), false)
})

test('a store that is opened very often keeps few segments', async (t) => {
  const folder = folderFor(t)
  for (let i = 0; i < 150; i++) await write(folder)
  const db = await openFor(t, { path: folder })
  assert.equal(db.count('user'), 150)
  assert.ok(filesOf(folder, '.log').length < 100)
})
