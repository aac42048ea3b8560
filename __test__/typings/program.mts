// A program in ESM that uses the whole API as its documentation shows it.
import {
  MillraceError, create, defineSchema, drain, modify, open,
  type Changes, type Db, type MillraceErrorCode, type NewRecord, type OpenOptions, type Row, type ScanOptions,
  type Schema, type Stats,
} from 'millrace'
import millrace from 'millrace'
import * as namespace from 'millrace'
import { same } from './same.cjs'

const schema = defineSchema({
  user: { name: 'string', age: 'uint32', nick: 'string?', role: { enum: ['admin', 'member'] } },
  event: { at: 'timestamp', payload: 'json', size: 'int64' },
})
type S = typeof schema
type User = Row<S, 'user'>

const options: OpenOptions<S> = { schema, workers: 2, maxModifySize: 1 << 20, onFull: 'reject' }
const db: Db<S> = await open(options)
await open({ schema, workers: undefined, maxModifySize: undefined, onFull: undefined })
await millrace.open({ schema })
await namespace.open({ schema: { user: { name: 'string' } } })

// Writes.
const ann: NewRecord<S, 'user'> = { name: 'Ann', age: 41, role: 'admin' }
const id: number = await db.create('user', ann)
await db.create('user', { name: 'Bo', age: 1, role: 'member', nick: 'b' })
await db.create('user', { name: 'Bo', age: 1, role: 'member', nick: null })
await db.create('user', { name: 'Bo', age: 1, role: 'member', nick: undefined })
await db.create('event', { at: new Date(), payload: { list: [1, null], toJSON: () => 1 }, size: 12n })
await db.create('event', { at: new Date(), payload: null, size: 12n })
const ids: number[] = await db.createMany('user', [ann, { ...ann, nick: 'a' }])
const frozen: readonly NewRecord<S, 'user'>[] = [ann]
await db.createMany('user', frozen)

const older: Changes<S, 'user'> = { age: 42 }
const changed: number = await db.modify('user', id, older)
await db.modify('user', id, {})
await db.modify('user', id, { nick: null })
await db.modify('user', id, { nick: undefined, age: undefined, name: 'Anna' })
await db.modify('user', id, { id, role: 'member' })
await db.modify('event', 1, { payload: null })
const deleted: number = await db.delete('user', ids[0] ?? changed)
await db.drain()

await create(db, 'user', { name: 'Cy', age: 3, role: 'member' })
await modify(db, 'user', deleted, { nick: null })
await drain(db)

// A changed row can be handed back, and a row is a new record once more.
const found = db.get('user', id)
if (found !== undefined) {
  await db.modify('user', found.id, { ...found, age: found.age + 1 })
  await db.modify('user', id, found)
  const copy: User = found
  await db.create('user', copy)
}

// Reads.
const nick: string | undefined = db.get('user', id)?.nick
const there: boolean = db.has('user', id)
const many: number = db.count('user')
const range: ScanOptions = { from: 1, to: 10, limit: 5, reverse: true }
for (const row of db.scan('user', range)) {
  const text: string = row.name + row.id + nick
  void text
}
for (const { at, size } of db.scan('event')) void [at.getTime(), size + 1n]
const [first] = db.scan('user', { limit: 1, from: undefined })
void [there, many, first?.role]

// A json value is checked, or cast to an interface in one step.
interface Payload { tags: string[] }
for (const { payload } of db.scan('event')) {
  const { tags } = payload as Payload
  const text = typeof payload === 'string' ? payload.length : tags.length
  void text
}

// Observation.
const stats: Stats = db.stats()
const busy: string[] = stats.workers.flatMap((worker) => worker.processing)
void [busy, stats.inFlight.bytes / stats.maxModifySize]

// Errors.
try {
  await db.modify('user', 99, { age: 1 })
} catch (error) {
  if (!(error instanceof MillraceError)) throw error
  const code: MillraceErrorCode = error.code
  if (error.code === 'ERR_NOT_FOUND') void [code, error.type, error.field, error.id?.toFixed(), error.index, error.cause]
  const plain: Error = error
  void plain
}

// The end of a store.
{
  await using other = await open({ schema })
  void other
}
await db.close()
const closed: boolean = db.closed
await db[Symbol.asyncDispose]()
void closed

// Helpers over any schema, and over any store.
function put<T extends Schema, N extends keyof T & string>(to: Db<T>, type: N, record: NewRecord<T, N>): Promise<number> {
  return to.create(type, record)
}
await put(db, 'event', { at: new Date(), payload: 1, size: 1n })
function remaining(of: Db): number {
  return of.stats().workers.reduce((sum, worker) => sum + worker.remaining, 0)
}
remaining(db)
same<Parameters<typeof put<S, 'user'>>[2], NewRecord<S, 'user'>>()
