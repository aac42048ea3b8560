// What needs the types of Node: a Buffer is bytes, and `assert` takes the error class.
import assert from 'node:assert/strict'
import { MillraceError, open } from 'millrace'

const db = await open({ schema: { file: { body: 'binary', head: 'binary?' } } })
await db.create('file', { body: Buffer.from('a'), head: Buffer.alloc(1) })
await db.create('file', { body: new Uint8Array(new SharedArrayBuffer(8)) })
await db.modify('file', 1, { head: Buffer.alloc(0) })
await assert.rejects(db.modify('file', 9, {}), MillraceError)
await assert.rejects(db.modify('file', 9, {}), { code: 'ERR_NOT_FOUND' })
await assert.rejects(db.modify('file', 9, {}), (error: MillraceError) => error.code === 'ERR_NOT_FOUND')

// @ts-expect-error an ArrayBuffer is no view of its bytes
db.create('file', { body: new ArrayBuffer(8) })
// @ts-expect-error a row holds a plain Uint8Array
const body: Buffer | undefined = db.get('file', 1)?.body
void body
