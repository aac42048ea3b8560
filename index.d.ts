// The one lib that `Symbol.asyncDispose` needs; a program with `lib: ["ES2022"]` does not have it by itself.
/// <reference lib="esnext.disposable" />

// ---- Schema -------------------------------------------------------------------------------------------------------

/** What each base type of a schema holds in JavaScript; {@link Schema} says more. */
interface Values {
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
  // A recursive JSON type would be no help: casting it to an interface (`row.prefs as Prefs`) is an error.
  json: unknown
}

/** A field of a schema: a base type, or the literals of an enum; optional with a trailing `?` or `optional: true`. */
type Field =
  | keyof Values
  | `${keyof Values}?`
  | { readonly type: keyof Values; readonly optional?: boolean | undefined; readonly enum?: never }
  | { readonly enum: readonly string[]; readonly optional?: boolean | undefined; readonly type?: never }

/** The fields of one type. No field is called `id`, because the rows of a store carry their id by that name. */
type Fields = { readonly [field: string]: Field } & { readonly id?: never }

/**
 * The types of a store, 1 to 65,535, each with its fields, 1 to 1,024.
 *
 * | field | value |
 * |---|---|
 * | `'string'` | a string; stored as UTF-8, so that a lone surrogate becomes U+FFFD |
 * | `'binary'` | a `Uint8Array`, also a `Buffer`; read as a plain `Uint8Array` |
 * | `'boolean'` | `true` or `false` |
 * | `'int8'` `'uint8'` `'int16'` `'uint16'` `'int32'` `'uint32'` | an integer `number` in the range of the type |
 * | `'int64'` `'uint64'` | a `bigint` in the range of the type |
 * | `'float32'` `'float64'` | a `number`; the first is rounded to single precision |
 * | `'timestamp'` | a `Date`, to the millisecond |
 * | `'json'` | what `JSON.stringify` accepts, `null` included; typed `unknown`: check or cast what is read |
 * | `{ enum: ['a', 'b'] }` | one of the strings; they are distinct, and at most 65,536 |
 *
 * A field is required, unless it is written `'string?'`, `{ type: 'string', optional: true }` or
 * `{ enum: ['a', 'b'], optional: true }`. An optional field may be empty; `null` empties it, also one of type json. No
 * field is called `id`.
 *
 * Records and rows are typed from the literal types of the schema. A schema literal inside the call of {@link open}
 * keeps them; one in a variable does with {@link defineSchema} or `as const`. A schema that is only known as `Schema`
 * gives records and rows whose values are `unknown`.
 *
 * @example
 * { user: { name: 'string', age: 'uint32', nick: 'string?', role: { enum: ['admin', 'member'] } } }
 */
export type Schema = { readonly [type: string]: Fields }

/** `true` if a field of this type may be absent; `boolean` if its type leaves that open, as in the wide `Schema`. */
type IsOptional<F> = F extends `${string}?` ? true : Required<F> extends { readonly optional: infer O } ? O : false

// The key of a required, or of an optional, field. As an `as` clause it leaves the key tied to its declaration in the
// schema. Only the wide `Fields` has an `id` to leave out.
type RequiredKey<K, F> = K extends 'id' ? never : true extends IsOptional<F> ? never : K
type OptionalKey<K, F> = true extends IsOptional<F> ? K : never

/** The value that a field holds. */
type Value<F> = F extends keyof Values
  ? Values[F]
  : F extends `${infer B extends keyof Values}?`
    ? Values[B]
    : F extends { readonly type: infer B extends keyof Values }
      ? Values[B]
      : F extends { readonly enum: readonly (infer V)[] }
        ? V
        : never

// What every object inherits under the name of a field, such as `constructor`. TypeScript takes it for the value of a
// property that was left out, so such a property has to allow it.
type Inherited<K> = K extends keyof typeof Object.prototype ? (typeof Object.prototype)[K] : never

/** An intersection as one plain object type, which is what an editor then shows. */
type Flat<T> = { [K in keyof T]: T[K] } & {}

type RecordOf<F> = Flat<
  { -readonly [K in keyof F as RequiredKey<K, F[K]>]: Value<F[K]> } & {
    -readonly [K in keyof F as OptionalKey<K, F[K]>]?: Value<F[K]> | Inherited<K> | null | undefined
  }
>

type ChangesOf<F> = Flat<
  { id?: number | undefined } & {
    -readonly [K in keyof F as RequiredKey<K, F[K]>]?: Value<F[K]> | Inherited<K> | undefined
  } & {
    -readonly [K in keyof F as OptionalKey<K, F[K]>]?: Value<F[K]> | Inherited<K> | null | undefined
  }
>

type RowOf<F, Extra> = Flat<
  Extra & { -readonly [K in keyof F as RequiredKey<K, F[K]>]: Value<F[K]> } & {
    -readonly [K in keyof F as OptionalKey<K, F[K]>]?: Value<F[K]>
  }
>

/**
 * A record as it is given to {@link Db.create}. A required field has its value; an optional field may be absent,
 * `null` or `undefined`, which all leave it empty.
 *
 * @example
 * type NewUser = NewRecord<typeof schema, 'user'>
 */
export type NewRecord<S extends Schema, T extends keyof S & string> = T extends unknown ? RecordOf<S[T]> : never

/**
 * The changes that are given to {@link Db.modify}. Only the fields given change; `undefined` counts as not given, and
 * `null` clears an optional field. An `id` is allowed, so that a changed row can be handed back: it must equal the id of
 * the call, and changes nothing.
 */
export type Changes<S extends Schema, T extends keyof S & string> = T extends unknown ? ChangesOf<S[T]> : never

/** The fields of a stored record. An optional field that is empty is absent: it is never `null` or `undefined`. */
export type Row<S extends Schema, T extends keyof S & string> = T extends unknown ? RowOf<S[T], {}> : never

/** A row together with its id: what `get` returns and `scan` yields. */
type StoredRow<S extends Schema, T extends keyof S & string> = T extends unknown ? RowOf<S[T], { id: number }> : never

/**
 * Returns its argument. A schema that is held in a variable keeps its literal types by it.
 *
 * @example
 * const schema = defineSchema({ user: { name: 'string', role: { enum: ['admin', 'member'] } } })
 */
export function defineSchema<const S extends Schema>(schema: S): S

// ---- Opening ------------------------------------------------------------------------------------------------------

/** The options of {@link open}. An option that is `undefined` has its default. */
export interface OpenOptions<S extends Schema = Schema> {
  /** The types of the store, each with its fields. */
  schema: S
  /**
   * The number of native threads that this db brings to its store, an integer up to 64. They are not `worker_threads`. The
   * workers of all dbs of a store are one pool. With 0, the calling thread applies the writes when the run is drained, and
   * the store has this db only.
   * @default os.availableParallelism() - 1, but at least 1 and at most 4; 1 for a db of a store that is open already
   */
  workers?: number | undefined
  /**
   * The size of the modify buffer in bytes, an integer from 4096 (4 KiB) to 1073741824 (1 GiB). It bounds what is
   * written and not yet applied, and with that the largest record.
   * @default 67108864 (64 MiB)
   */
  maxModifySize?: number | undefined
  /**
   * What a write does that finds no room in the modify buffer. `'wait'` blocks in native code until a worker has moved
   * on. `'reject'` rejects the write with `ERR_MODIFY_BUFFER_FULL`.
   * @default 'wait'
   */
  onFull?: 'wait' | 'reject' | undefined
  /**
   * The name of a store in memory, by which any thread of this process opens it too. It lives until its last db is
   * closed. A store without a name or a path is this db's alone.
   */
  name?: string | undefined
  /**
   * A directory that keeps the store. It is made if there is none, for its owner only. One process has it open at a time, in
   * any of its threads. Without a path the store is in memory.
   */
  path?: string | undefined
  /**
   * When a write to a store with a path settles. `'os'`: once it was written to the log's file; the end of the process, however
   * it comes, loses nothing that settled. `'disk'`: once it was synced; a loss of power loses nothing that settled. It is the
   * store's: all of its dbs have the same.
   * @default 'os', or what the store is open with
   */
  durability?: 'os' | 'disk' | undefined
  /**
   * Opens what can be read of a store that is damaged, where `open` would reject with `ERR_CORRUPT`: the log up to the
   * damage, and, of a type whose snapshot is damaged, only what the log holds. `stats().recovery` says what is left
   * out; the damaged files stay, with `.damaged` behind their names. Nothing can be read without the manifest.
   * @default false
   */
  salvage?: boolean | undefined
}

/** The options of {@link open} for a store that has its schema: one on the disk, or one that is open already. */
export type StoredOptions = Omit<OpenOptions, 'schema'> & { schema?: undefined } & ({ path: string } | { name: string })

/**
 * Opens a store: in memory, or with `path` one that survives.
 *
 * A store that this process has open already, by `name` or `path`, is attached to: this db and the others, in whatever
 * thread, write to it and read from it at once. `schema` may then be left out; one that is given must be the same
 * (`ERR_SCHEMA_MISMATCH`), and so must a `durability` (`ERR_INVALID_ARGUMENT`). Each db has its own modify buffer and workers,
 * and all that is said of one holds for each; the order of writes to one type is that of each db, and writes of several
 * interleave as whole operations. What one db has settled all can read. A db waits for another thread that is opening or
 * closing the store.
 *
 * It rejects with `ERR_INVALID_SCHEMA` for a schema that is not one, and with `ERR_INVALID_ARGUMENT` for an unknown
 * option, a value that an option does not take, or a path that can't be opened.
 *
 * A store with a path keeps its schema. Opened again, the schema may have new types and new optional fields; any other
 * difference is `ERR_SCHEMA_MISMATCH`. It rejects with `ERR_LOCKED` if another process has the directory open, with
 * `ERR_CORRUPT` if what is stored can't be read, having changed nothing, and with `ERR_LOG_WRITE` if the log can't be begun.
 * What a crash left behind the last whole batch is cut off. All is read before the promise settles, and the calling thread
 * waits meanwhile.
 *
 * @example
 * const db = await open({ schema: { user: { name: 'string', nick: 'string?' } } })
 * const id = await db.create('user', { name: 'Ann' })
 * db.get('user', id) // { id: 1, name: 'Ann' }
 */
export function open<const S extends Schema>(options: OpenOptions<S>): Promise<Db<S>>
export function open(options: StoredOptions): Promise<Db>

// ---- The store ----------------------------------------------------------------------------------------------------

/** The range and order of a {@link Db.scan}. An option that is `undefined` has its default. */
export interface ScanOptions {
  /** The lowest id, inclusive; the first by default. */
  from?: number | undefined
  /** The end of the ids, exclusive; past the last by default. */
  to?: number | undefined
  /** The most rows to yield; no limit by default. */
  limit?: number | undefined
  /**
   * Whether rows come by descending id. `from` stays the lowest id and `to` the exclusive end.
   * @default false
   */
  reverse?: boolean | undefined
}

declare const schemaOf: unique symbol

/**
 * An open store.
 *
 * Writes to one type apply in call order; across types nothing is ordered. The run of writes is handed to the workers
 * on the next tick, or earlier if it is large, and the promise of a write settles once it is applied. After `await`,
 * reads see it. A write that fails rejects its own promise and leaves its neighbours alone. Methods that return a
 * promise never throw: they reject, with a {@link MillraceError}.
 *
 * Any write may reject with
 * - `ERR_UNKNOWN_TYPE`: the schema has no such type;
 * - `ERR_MODIFY_BUFFER_FULL`: there is no room for it, and the store is open with `onFull: 'reject'`;
 * - `ERR_CLOSED`: the store was closed before the call;
 * - `ERR_POISONED`: a worker failed. Such a write may have been applied.
 * - `ERR_LOG_WRITE`: the log could not be written, and the store takes no more writes; reads go on. The write was not
 *   applied, unless it was the sync for it that failed: then it may have been, and may be there after opening again.
 */
export interface Db<S extends Schema = Schema> {
  // For the compiler only: it ties a store to its schema, which the generic methods below do not.
  readonly [schemaOf]?: S

  /**
   * Creates a record and resolves with its id. Ids are integers (uint32) that start at 1 for each type and are never
   * given twice. They are contiguous while one db has the store open; several take theirs in blocks.
   *
   * Besides the errors of any write, it rejects with `ERR_MISSING_FIELD` (a required field is absent, `null` or
   * `undefined`), `ERR_UNKNOWN_FIELD`, `ERR_INVALID_VALUE` (a value that does not fit its field), `ERR_OUT_OF_RANGE` (a
   * number beyond the range of its field), `ERR_RECORD_TOO_LARGE` (it could never fit the modify buffer) and
   * `ERR_INVALID_ARGUMENT` (the record is no object). Nothing is then written.
   */
  create<T extends keyof S & string>(type: T, record: NewRecord<S, T>): Promise<number>

  /**
   * Creates many records with one promise for all, and resolves with their ids, in the order of the records.
   *
   * A bad record rejects the whole call before anything is written, with the codes of {@link Db.create}; the `index` of
   * the error says which record it was. The records may span batches, and are then not atomic across them; the promise
   * settles with the last. With `onFull: 'reject'`, room for all of them is reserved first.
   */
  createMany<T extends keyof S & string>(type: T, records: readonly NewRecord<S, T>[]): Promise<number[]>

  /**
   * Changes the fields given of one record, and resolves with its id. `undefined` counts as not given, and `null`
   * clears an optional field. An `id` among the changes is ignored if it equals `id`.
   *
   * Besides the errors of any write, it rejects with `ERR_NOT_FOUND` (no such record when the write is applied),
   * `ERR_MISSING_FIELD` (a required field is `null`), `ERR_UNKNOWN_FIELD` (also for another `id`), `ERR_INVALID_VALUE`,
   * `ERR_OUT_OF_RANGE`, `ERR_RECORD_TOO_LARGE` and `ERR_INVALID_ARGUMENT` (`id` is not a uint32, or the changes are no
   * object).
   */
  modify<T extends keyof S & string>(type: T, id: number, changes: Changes<S, T>): Promise<number>

  /**
   * Deletes one record and resolves with its id.
   *
   * Besides the errors of any write, it rejects with `ERR_NOT_FOUND` (no such record when the write is applied) and
   * `ERR_INVALID_ARGUMENT` (`id` is not a uint32).
   */
  delete(type: keyof S & string, id: number): Promise<number>

  /**
   * Hands over the current run, and resolves once everything that was written before the call is applied. A producer
   * paces itself by awaiting it.
   *
   * It rejects with `ERR_CLOSED`, `ERR_POISONED` and `ERR_LOG_WRITE`. A write that failed rejects its own promise and not
   * this one.
   */
  drain(): Promise<void>

  /**
   * Hands over the current run, and resolves once snapshots of all types hold what was written before the call, so that
   * opening needs no more of the log than what came later. Writes go on meanwhile. It happens by itself too, when the log
   * has grown by as much as the snapshots have, and by 64 MiB at least.
   *
   * It rejects with `ERR_INVALID_ARGUMENT` (a store in memory), `ERR_CLOSED`, `ERR_POISONED` and `ERR_LOG_WRITE`. A
   * checkpoint that fails leaves the one before in force, and writes go on unless the log itself has failed; one that began by
   * itself is tried again when the log has grown by as much again, and `stats().checkpoints` tells of it.
   */
  checkpoint(): Promise<void>

  /**
   * Returns a record as it is now, with its id, or `undefined` if there is none. The object is the caller's own.
   *
   * It throws `ERR_UNKNOWN_TYPE`, `ERR_INVALID_ARGUMENT` (`id` is not a uint32) and `ERR_CLOSED`.
   */
  get<T extends keyof S & string>(type: T, id: number): StoredRow<S, T> | undefined

  /** Says whether a record exists now. It throws what {@link Db.get} throws. */
  has(type: keyof S & string, id: number): boolean

  /** Returns the number of records that a type has now. It throws `ERR_UNKNOWN_TYPE` and `ERR_CLOSED`. */
  count(type: keyof S & string): number

  /**
   * Iterates over the records of a type by ascending id, each with its id. It sees one consistent snapshot of the type,
   * and does not block writers.
   *
   * It throws `ERR_UNKNOWN_TYPE`, `ERR_INVALID_ARGUMENT` (an option that is unknown, or a value it does not take) and
   * `ERR_CLOSED`.
   */
  scan<T extends keyof S & string>(type: T, options?: ScanOptions): IterableIterator<StoredRow<S, T>>

  /** Returns the state of the modify buffer and of the workers now. It throws `ERR_CLOSED`. */
  stats(): Stats

  /**
   * Drains and closes this db, and with the last one its store, whose log is synced. Every write that was made before
   * settles, and every checkpoint. It may be called again, and always resolves, also where that sync fails: what settled
   * was as durable as asked before.
   * Afterwards every write and drain rejects with `ERR_CLOSED`, and every read throws it.
   */
  close(): Promise<void>

  /** The same as {@link Db.close}, for `await using db = await open(…)`. */
  [Symbol.asyncDispose](): Promise<void>

  /** Whether `close` has been called. */
  readonly closed: boolean
}

/** The same as `db.create(type, record)`. */
export function create<S extends Schema, T extends keyof S & string>(
  db: Db<S>, type: T, record: NewRecord<S, T>
): Promise<number>

/** The same as `db.modify(type, id, changes)`. */
export function modify<S extends Schema, T extends keyof S & string>(
  db: Db<S>, type: T, id: number, changes: Changes<S, T>
): Promise<number>

/** The same as `db.drain()`. */
export function drain<S extends Schema>(db: Db<S>): Promise<void>

/**
 * The state of a db at one moment, as {@link Db.stats} returns it. Positions and sizes are in bytes. All figures are of this
 * db, but for those of `store` and `checkpoints`, which all of its dbs share.
 */
export interface Stats {
  /** The size of the modify buffer. */
  maxModifySize: number
  /** The run that is being written now: the offset in the modify buffer where it starts, has got to, and must end. */
  ctx: { start: number; pos: number; end: number }
  /** What has been handed over and not yet settled. */
  inFlight: { batches: number; bytes: number }
  /** The number of batches handed over since the db was opened. */
  batches: number
  /** The number of writes handed over since the db was opened. */
  operations: number
  /** How often a write found no room in the modify buffer since the db was opened. */
  stalls: number
  /** One entry for each worker that this db has brought. They apply batches of all dbs of the store. */
  workers: {
    /** The types of the batches that the worker has running or queued. */
    processing: string[]
    /** Where it is in the modify buffer of the batch that it applies. */
    pos: number
    /** What it still has to do. */
    remaining: number
    /** The number of batches that it has applied, each whole or in part. */
    batches: number
    /** The number of writes that it has applied. */
    operations: number
  }[]
  /** The store, if it has a name or a path: how many dbs have it open, this one included, and how many workers they brought. */
  store?: { handles: number; workers: number }
  /** What opening found: of a store with a path, if this db opened it. */
  recovery?: Recovery
  /** How checkpoints have ended: of a store with a path. */
  checkpoints?: Checkpoints
}

/** How the checkpoints of a store with a path have ended since it was opened, also those that began by themselves. */
export interface Checkpoints {
  /** How many were written. */
  written: number
  /** How many failed. */
  failed: number
  /** Why the last one failed, if it did: until one succeeds, the log grows and opening takes longer. */
  failure?: MillraceError
}

/** What opening a store with a path found. */
export interface Recovery {
  /** Rows that were read from snapshots. */
  rows: number
  /** Batches that were replayed from the log. */
  batches: number
  /** Writes of those batches. */
  operations: number
  /** Bytes of the log, without zeros that were written ahead. */
  bytes: number
  /**
   * What a crash left behind the last whole batch, and was cut off; nothing that had settled as durable as asked. Zeros that were
   * written ahead are no tail.
   */
  tail?: LostPart
  /** What is damaged and was left out: only with `salvage`. */
  damage: LostPart[]
}

/** A part of a file that could not be read. */
export interface LostPart {
  /** Name of the file in the store's directory. */
  file: string
  /** Where the part begins, in bytes. */
  offset: number
  /** What is wrong with it. */
  reason: string
}

// ---- Errors -------------------------------------------------------------------------------------------------------

/**
 * What went wrong. The last four are those of durable stores.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_INVALID_ARGUMENT` | an argument or option that the function does not take; or `open` lacks the memory or the threads for it |
 * | `ERR_INVALID_SCHEMA` | the schema is not one |
 * | `ERR_UNKNOWN_TYPE` | the schema has no such type |
 * | `ERR_UNKNOWN_FIELD` | the type has no such field |
 * | `ERR_MISSING_FIELD` | a required field is absent, or `null` |
 * | `ERR_INVALID_VALUE` | a value that does not fit its field |
 * | `ERR_OUT_OF_RANGE` | a number beyond the range of its field; or the type has no ids left |
 * | `ERR_RECORD_TOO_LARGE` | a record that could never fit the modify buffer |
 * | `ERR_MODIFY_BUFFER_FULL` | no room in the modify buffer, with `onFull: 'reject'` |
 * | `ERR_NOT_FOUND` | a modify or delete of a record that does not exist |
 * | `ERR_CLOSED` | the store is closed |
 * | `ERR_POISONED` | a worker failed: the store takes no more writes, and those in flight may have been applied |
 * | `ERR_SCHEMA_MISMATCH` | the store was written, or is open, with another schema |
 * | `ERR_LOCKED` | the store is open already in another process |
 * | `ERR_LOG_WRITE` | the log, or a checkpoint, could not be written |
 * | `ERR_CORRUPT` | what was stored cannot be read: it is damaged, or of a newer format |
 */
export type MillraceErrorCode =
  | 'ERR_INVALID_ARGUMENT' | 'ERR_INVALID_SCHEMA' | 'ERR_UNKNOWN_TYPE' | 'ERR_UNKNOWN_FIELD' | 'ERR_MISSING_FIELD'
  | 'ERR_INVALID_VALUE' | 'ERR_OUT_OF_RANGE' | 'ERR_RECORD_TOO_LARGE' | 'ERR_MODIFY_BUFFER_FULL' | 'ERR_NOT_FOUND'
  | 'ERR_CLOSED' | 'ERR_POISONED' | 'ERR_SCHEMA_MISMATCH' | 'ERR_LOCKED' | 'ERR_LOG_WRITE' | 'ERR_CORRUPT'

/** Every error of this package. Its message names the type, field and value; long values are cut. */
export class MillraceError extends Error {
  /** Programs do not make these errors; they test for them with `instanceof` and `code`. */
  private constructor()
  /** What went wrong. */
  readonly code: MillraceErrorCode
  /** What led to this error, if it was another one. */
  readonly cause?: unknown
  /** The type of the record. */
  readonly type?: string
  /** The field. */
  readonly field?: string
  /** The id of the record. */
  readonly id?: number
  /** The position of the record among those of a `createMany`, from 0. */
  readonly index?: number
  /** The name of the file that is damaged. */
  readonly file?: string
  /** Where in the file, in bytes. */
  readonly offset?: number
}

// Without this line, every declaration of the file would be exported.
export {}
