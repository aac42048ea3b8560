'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { open } = require('../..')
const { filesOf, folderFor } = require('../support/folder')
const { openFor, rejected } = require('../support/outcome')

const schema = { note: { text: 'string' } }

/** A store with a snapshot of 3 notes, and a log with 3 more, each in a batch; its files by kind. */
const written = async (t) => {
  const folder = folderFor(t)
  const db = await open({ path: folder, schema })
  for (let i = 1; i <= 6; i++) {
    await db.create('note', { text: `note ${i}` })
    if (i === 3) await db.checkpoint()
  }
  await db.close()
  const file = (end) => path.join(folder, filesOf(folder, end).at(-1))
  return { folder, log: file('.log'), snapshot: file('.arrow'), manifest: file('MANIFEST') }
}

const flip = (file, at) => {
  const bytes = fs.readFileSync(file)
  bytes[at < 0 ? bytes.length + at : at] ^= 1
  fs.writeFileSync(file, bytes)
}

const contents = (folder) => fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'hex')])

test('a torn tail is cut off and told', async (t) => {
  const { folder, log } = await written(t)
  const { size } = fs.statSync(log)
  fs.truncateSync(log, size - 5)
  const db = await open({ path: folder })
  assert.equal(db.count('note'), 5)
  const { tail, batches } = db.stats().recovery
  assert.equal(batches, 2)
  assert.equal(tail.file, path.basename(log))
  assert.ok(tail.offset > 0 && tail.offset < size - 5)
  assert.match(tail.reason, /cut off/)
  assert.equal(fs.statSync(log).size, tail.offset)
  assert.equal(await db.create('note', { text: 'instead' }), 6)
  await db.close()
  const again = await openFor(t, { path: folder })
  assert.equal('tail' in again.stats().recovery, false)
  assert.equal(again.get('note', 6).text, 'instead')
})

const DAMAGES = {
  snapshot: ({ snapshot }) => flip(snapshot, 300),
  'a snapshot that is gone': ({ snapshot }) => fs.rmSync(snapshot),
  manifest: ({ manifest }) => flip(manifest, -1),
  'a segment that is gone, with a later one': async ({ folder, log }) => {
    await (await open({ path: folder })).close()
    fs.rmSync(log)
  },
  'the header of a segment': ({ log }) => flip(log, 9)
}
for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`ERR_CORRUPT: ${name}; nothing on disk is touched`, async (t) => {
    const files = await written(t)
    await damage(files)
    const before = contents(files.folder)
    const error = await rejected(open({ path: files.folder }), 'ERR_CORRUPT')
    assert.ok(Object.values(files).some((file) => path.basename(file) === error.file), error.file)
    assert.equal(typeof error.offset, 'number')
    assert.ok(error.message.includes(error.file), error.message)
    assert.deepEqual(contents(files.folder), before)
  })
}

test('ERR_CORRUPT: the manifest is gone', async (t) => {
  const { folder, manifest } = await written(t)
  fs.rmSync(manifest)
  const error = await rejected(open({ path: folder, schema }), 'ERR_CORRUPT')
  assert.equal(error.file, 'MANIFEST')
})

test('ERR_CORRUPT: a format that came later', async (t) => {
  const { folder, manifest } = await written(t)
  const bytes = fs.readFileSync(manifest)
  bytes[8] = 2
  fs.writeFileSync(manifest, bytes)
  const error = await rejected(open({ path: folder }), 'ERR_CORRUPT')
  assert.match(error.message, /MANIFEST has format 2, and this version of millrace reads 1: a newer one wrote it/)
})

test('salvage opens the log up to the damage, keeps the damaged files, and is needed once', async (t) => {
  const { folder, log } = await written(t)
  // The second of three records: without a mark it would be a torn tail, so another segment follows.
  const db = await open({ path: folder })
  await db.create('note', { text: 'note 7' })
  await db.close()
  flip(log, 140)
  const error = await rejected(open({ path: folder }), 'ERR_CORRUPT')
  const salvaged = await open({ path: folder, salvage: true })
  const { damage } = salvaged.stats().recovery
  assert.deepEqual(damage.map(({ file, offset }) => ({ file, offset })), [{ file: error.file, offset: error.offset }])
  assert.deepEqual(Array.from(salvaged.scan('note'), ({ text }) => text), ['note 1', 'note 2', 'note 3', 'note 4'])
  assert.equal(filesOf(folder, '.damaged').length, 2)
  assert.equal(await salvaged.create('note', { text: 'new' }), 5)
  await salvaged.close()
  const again = await openFor(t, { path: folder })
  assert.equal(again.count('note'), 5)
})

test('salvage of a damaged snapshot: the type has only what the log holds', async (t) => {
  const { folder, snapshot } = await written(t)
  flip(snapshot, 300)
  const db = await openFor(t, { path: folder, salvage: true })
  assert.deepEqual(Array.from(db.scan('note'), ({ id }) => id), [4, 5, 6])
  assert.equal(await db.create('note', { text: 'new' }), 7)
})

test('salvage of a damaged manifest is impossible; of a sound store it is just opening', async (t) => {
  const { folder, manifest } = await written(t)
  const db = await open({ path: folder, salvage: true })
  assert.deepEqual([db.count('note'), db.stats().recovery.damage], [6, []])
  await db.close()
  flip(manifest, 30)
  await rejected(open({ path: folder, salvage: true }), 'ERR_CORRUPT')
})
