// A schema that is only known when the program runs: records are loosely typed.
import { create, open, type Changes, type Db, type NewRecord, type Row, type Schema } from 'millrace'
import { same } from './same.cjs'

declare const schema: Schema
const db: Db = await open({ schema })
same<Db, Db<Schema>>()
const id = await db.create('user', { name: 'a', age: 1, nick: null })
await create(db, 'user', { anything: true })
await db.createMany('user', [{ name: 'a' }, {}])
await db.modify('user', id, { id, name: 'a', nick: null })
const row = db.get('user', id)
same<typeof row, { [field: string]: unknown; id: number } | undefined>()
same<NewRecord<Schema, string>, { [field: string]: unknown }>()
same<Row<Schema, string>, { [field: string]: unknown }>()
same<Changes<Schema, string>, { [field: string]: unknown; id?: number | undefined }>()
if (row !== undefined) await db.modify('user', row.id, row)

// A schema that a program puts together keeps what is known of it.
const columns: { [field: string]: 'uint8' | 'string' } = Object.fromEntries([['name', 'string' as const]])
const built = await open({ schema: { table: columns } })
const builtName = built.get('table', 1)?.['name']
same<typeof builtName, string | number | undefined>()

// The type of a record may be known only when the program runs.
function load<S extends Schema>(into: Db<S>, type: keyof S & string, records: NewRecord<S, typeof type>[]): Promise<number[]> {
  return into.createMany(type, records)
}
await load(db, 'user', [{ name: 'a' }])

// @ts-expect-error the schema is still checked
const wrong: Schema = { user: { name: 'strng' } }
// @ts-expect-error values read are unknown
const name: string = row?.['name']
// @ts-expect-error an id is a number, however little is known of the type
db.get('user', 'a')
void [wrong, name]
