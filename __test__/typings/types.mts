// The exact types that are inferred from a schema.
import { MillraceError, open, type Changes, type Checkpoints, type Db, type LostPart, type MillraceErrorCode, type NewRecord, type Recovery, type Row, type Schema, type Stats } from 'millrace'
import { everything } from './schemas.cjs'
import { same } from './same.cjs'

type S = typeof everything

same<NewRecord<S, 'item'>, {
  string: string
  binary: Uint8Array
  boolean: boolean
  int8: number
  uint8: number
  int16: number
  uint16: number
  int32: number
  uint32: number
  int64: bigint
  uint64: bigint
  float32: number
  float64: number
  timestamp: Date
  json: unknown
  role: 'admin' | 'member'
  object: number
  required: string
  maybeInt64?: bigint | null | undefined
  maybeDate?: Date | null | undefined
  maybeRole?: 'a' | 'b' | null | undefined
  maybeJson?: unknown
}>()

same<Row<S, 'item'>, {
  string: string
  binary: Uint8Array
  boolean: boolean
  int8: number
  uint8: number
  int16: number
  uint16: number
  int32: number
  uint32: number
  int64: bigint
  uint64: bigint
  float32: number
  float64: number
  timestamp: Date
  json: unknown
  role: 'admin' | 'member'
  object: number
  required: string
  maybeInt64?: bigint
  maybeDate?: Date
  maybeRole?: 'a' | 'b'
  maybeJson?: unknown
}>()

same<NewRecord<S, 'user'>, { name: string; age: number; nick?: string | null | undefined; role: 'admin' | 'member' }>()
same<Changes<S, 'user'>, {
  id?: number | undefined
  name?: string | undefined
  age?: number | undefined
  nick?: string | null | undefined
  role?: 'admin' | 'member' | undefined
}>()
same<Row<S, 'user'>, { name: string; age: number; nick?: string; role: 'admin' | 'member' }>()
same<NewRecord<S, 'bare'>, { note?: string | null | undefined }>()
same<Changes<S, 'bare'>, { id?: number | undefined; note?: string | null | undefined }>()
same<Row<S, 'bare'>, { note?: string }>()

// What the methods return.
type StoredUser = { id: number; name: string; age: number; nick?: string; role: 'admin' | 'member' }
declare const db: Db<S>
const got = db.get('user', 1)
const scanned = db.scan('user')
const rows = [...scanned]
same<typeof got, StoredUser | undefined>()
same<typeof scanned, IterableIterator<StoredUser>>()
same<typeof rows, StoredUser[]>()
declare const either: 'user' | 'bare'
const gotEither = db.get(either, 1)
same<typeof gotEither, StoredUser | { id: number; note?: string } | undefined>()
const created = db.create('user', { name: 'a', age: 1, role: 'admin' })
same<typeof created, Promise<number>>()
const createdMany = db.createMany('user', [])
same<typeof createdMany, Promise<number[]>>()
const drained = db.drain()
same<typeof drained, Promise<void>>()
const disposed = db[Symbol.asyncDispose]()
same<typeof disposed, Promise<void>>()

// However the schema reaches `open`, its rows are the same.
const inline = await open({ schema: { user: { name: 'string', nick: 'string?', role: { enum: ['a', 'b'] } } } })
const fixed = { user: { name: 'string', nick: 'string?', role: { enum: ['a', 'b'] } } } as const
const fromConst = await open({ schema: fixed })
const parts: { user: { name: 'string'; nick: 'string?'; role: { enum: ('a' | 'b')[] } } } = {
  user: { name: 'string', nick: 'string?', role: { enum: ['a', 'b'] } },
}
const fromMutable = await open({ schema: parts })
type Expected = { id: number; name: string; nick?: string; role: 'a' | 'b' } | undefined
const rowInline = inline.get('user', 1)
const rowConst = fromConst.get('user', 1)
const rowMutable = fromMutable.get('user', 1)
same<typeof rowInline, Expected>()
same<typeof rowConst, Expected>()
same<typeof rowMutable, Expected>()

// A field that is optional only perhaps may be absent from a row.
declare const perhaps: { user: { a: { type: 'string'; optional: boolean }; b: 'uint8' | 'uint8?'; c: { type: 'int8'; optional?: boolean } } }
const fromPerhaps = await open({ schema: perhaps })
const rowPerhaps = fromPerhaps.get('user', 1)
same<typeof rowPerhaps, { id: number; a?: string; b?: number; c?: number } | undefined>()

same<Stats, {
  maxModifySize: number
  ctx: { start: number; pos: number; end: number }
  inFlight: { batches: number; bytes: number }
  batches: number
  operations: number
  stalls: number
  workers: { processing: string[]; pos: number; remaining: number; batches: number; operations: number }[]
  store?: { handles: number; workers: number }
  recovery?: Recovery
  checkpoints?: Checkpoints
}>()

// A store that has its schema is opened without one; its records and rows are then known only as those of any.
const stored = await open({ path: 'a folder' })
same<typeof stored, Db<Schema>>()
const named = await open({ name: 'a name' })
same<typeof named, Db<Schema>>()
same<ReturnType<typeof stored.checkpoint>, Promise<void>>()
declare const recovery: Recovery
same<typeof recovery.tail, LostPart | undefined>()

same<MillraceErrorCode,
  | 'ERR_INVALID_ARGUMENT' | 'ERR_INVALID_SCHEMA' | 'ERR_UNKNOWN_TYPE' | 'ERR_UNKNOWN_FIELD' | 'ERR_MISSING_FIELD'
  | 'ERR_INVALID_VALUE' | 'ERR_OUT_OF_RANGE' | 'ERR_RECORD_TOO_LARGE' | 'ERR_MODIFY_BUFFER_FULL' | 'ERR_NOT_FOUND'
  | 'ERR_CLOSED' | 'ERR_POISONED' | 'ERR_SCHEMA_MISMATCH' | 'ERR_LOCKED' | 'ERR_LOG_WRITE' | 'ERR_CORRUPT'
>()

declare const error: MillraceError
same<typeof error.code, MillraceErrorCode>()
same<typeof error.cause, unknown>()
same<typeof error.type, string | undefined>()
same<typeof error.field, string | undefined>()
same<typeof error.id, number | undefined>()
same<typeof error.index, number | undefined>()
