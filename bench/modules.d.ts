// The parts of the peers' packages that the benchmark uses: it is checked also where `npm install --prefix bench` has
// not been run, and on Node's types of a version that has no node:sqlite.

declare module 'lmdb' {
  interface Options {
    noSync?: boolean
    noMemInit?: boolean
    keyEncoding?: 'uint32'
    sharedStructuresKey?: number
    eventTurnBatching?: boolean
  }
  interface Database {
    put(key: number, value: object): Promise<boolean>
    remove(key: number): Promise<boolean>
    get(key: number): object | undefined
    getRange(range: { start: number }): Iterable<{ key: number; value: object }>
    getCount(): number
  }
  interface Root extends Database {
    openDB(options: Options & { name: string }): Database
    close(): Promise<void>
  }
  export function open(options: Options & { path: string; maxDbs: number }): Root
}

declare module 'msgpackr' {
  export class Packr {
    constructor(options: { structures: object[] })
    pack(value: object): Buffer
    unpack(bytes: Uint8Array): object
  }
}

declare module 'classic-level' {
  type Operation = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer }
  interface Iterator<T> {
    all(): Promise<T[]>
    nextv(size: number): Promise<T[]>
    close(): Promise<void>
  }
  export class ClassicLevel {
    constructor(location: string, options: { keyEncoding: 'buffer'; valueEncoding: 'buffer' })
    open(): Promise<void>
    close(): Promise<void>
    batch(operations: Operation[]): Promise<void>
    getMany(keys: Buffer[]): Promise<(Buffer | undefined)[]>
    getSync(key: Buffer): Buffer | undefined
    keys(): Iterator<Buffer>
    values(options: { highWaterMarkBytes: number }): Iterator<Buffer>
  }
}

declare module 'rocksdb-native' {
  interface Batch {
    flush(): Promise<void>
    tryFlush(): void
  }
  interface WriteBatch extends Batch {
    tryPut(key: Buffer, value: Buffer): void
    tryDelete(key: Buffer): void
  }
  interface ReadBatch extends Batch {
    get(key: Buffer): Promise<Buffer | null>
  }
  interface BatchOptions { capacity: number; autoDestroy: boolean }
  class RocksDB {
    constructor(path: string)
    ready(): Promise<void>
    close(): Promise<void>
    write(options: BatchOptions): WriteBatch
    read(options: BatchOptions): ReadBatch
    iterator(range: {}, options: { capacity: number }): AsyncIterable<{ key: Buffer; value: Buffer }>
  }
  namespace RocksDB {
    export type { WriteBatch }
  }
  export = RocksDB
}

declare module '@duckdb/node-api' {
  type Row = Record<string, unknown>
  export interface DuckDBAppender {
    flushSync(): void
    closeSync(): void
  }
  interface Result {
    yieldRowObjectJs(): AsyncIterable<Row[]>
  }
  interface Connection {
    run(sql: string): Promise<unknown>
    runAndReadAll(sql: string): Promise<{ getRowObjectsJS(): Row[] }>
    stream(sql: string): Promise<Result>
    createAppender(table: string): Promise<DuckDBAppender>
    closeSync(): void
  }
  export class DuckDBInstance {
    static create(path: string): Promise<DuckDBInstance>
    connect(): Promise<Connection>
    closeSync(): void
  }
}

declare module 'better-sqlite3' {
  class Database {
    constructor(path: string)
    exec(sql: string): unknown
    prepare(sql: string): import('./peers/sqlite.js').Statement
    close(): unknown
  }
  export = Database
}

declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): import('./peers/sqlite.js').Statement
    close(): void
  }
}

declare module 'vega-lite' {
  export function compile(spec: object): { spec: object }
}

declare module 'vega' {
  export function parse(spec: object): object
  export class View {
    constructor(runtime: object, options: { renderer: 'none' })
    toSVG(): Promise<string>
  }
}
