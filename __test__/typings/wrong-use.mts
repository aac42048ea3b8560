// Calls that are refused. Each line is wrong in one way only; program.mts has the right ones.
import { create, drain, modify, type Changes, type Db, type NewRecord, type Row } from 'millrace'
import { everything } from './schemas.cjs'

declare const db: Db<typeof everything>
declare const item: NewRecord<typeof everything, 'item'>
type User = Row<typeof everything, 'user'>

// @ts-expect-error no such type
db.create('usr', { name: 'a', age: 1, role: 'admin' })
// @ts-expect-error a required field is missing
db.create('user', { name: 'a', role: 'admin' })
// @ts-expect-error a required json field is missing
db.create('note', {})
// @ts-expect-error no such field
db.create('user', { name: 'a', age: 1, role: 'admin', email: 'a' })
// @ts-expect-error a record carries no id
db.create('user', { id: 1, name: 'a', age: 1, role: 'admin' })
// @ts-expect-error a wrong type of value
db.create('user', { name: 1, age: 1, role: 'admin' })
// @ts-expect-error outside of the enum
db.create('user', { name: 'a', age: 1, role: 'owner' })
// @ts-expect-error null in a required field
db.create('user', { name: null, age: 1, role: 'admin' })
// @ts-expect-error undefined in a required field
db.create('user', { name: undefined, age: 1, role: 'admin' })
// @ts-expect-error null in a required enum
db.create('user', { name: 'a', age: 1, role: null })
// @ts-expect-error a wrong type of value in an optional field
db.create('user', { name: 'a', age: 1, role: 'admin', nick: 1 })
// @ts-expect-error there is a record to give
db.create('user')
// @ts-expect-error one record, not many
db.create('user', [{ name: 'a', age: 1, role: 'admin' }])

// @ts-expect-error an int64 is a bigint
db.create('item', { ...item, int64: 1 })
// @ts-expect-error an optional int64 is a bigint as well
db.create('item', { ...item, maybeInt64: 1 })
// @ts-expect-error a uint32 is a number
db.create('item', { ...item, uint32: 1n })
// @ts-expect-error a float64 is a number
db.create('item', { ...item, float64: '1' })
// @ts-expect-error a timestamp is a Date
db.create('item', { ...item, timestamp: 1 })
// @ts-expect-error an optional timestamp is a Date as well
db.create('item', { ...item, maybeDate: '2020-01-01' })
// @ts-expect-error binary is a Uint8Array
db.create('item', { ...item, binary: 'a' })
// @ts-expect-error other typed arrays are no bytes
db.create('item', { ...item, binary: new Uint16Array(1) })
// @ts-expect-error a boolean is not a number
db.create('item', { ...item, boolean: 1 })
// @ts-expect-error outside of the optional enum
db.create('item', { ...item, maybeRole: 'c' })
// @ts-expect-error `optional: false` is required
db.create('item', { ...item, required: null })

// @ts-expect-error a record among many is checked
db.createMany('user', [{ name: 'a', age: 1, role: 'admin' }, { name: 'a' }])
// @ts-expect-error many records, not one
db.createMany('user', { name: 'a', age: 1, role: 'admin' })

// @ts-expect-error no such type
db.modify('usr', 1, {})
// @ts-expect-error no such field
db.modify('user', 1, { email: 'a' })
// @ts-expect-error a wrong type of value
db.modify('user', 1, { age: '1' })
// @ts-expect-error null in a required field
db.modify('user', 1, { name: null })
// @ts-expect-error outside of the enum
db.modify('user', 1, { role: 'owner' })
// @ts-expect-error an id is a number
db.modify('user', '1', { age: 1 })
// @ts-expect-error an id among the changes is a number
db.modify('user', 1, { id: '1' })
// @ts-expect-error the changes are required
db.modify('user', 1)

// @ts-expect-error no such type
db.delete('usr', 1)
// @ts-expect-error an id is a number
db.delete('user', 1n)
// @ts-expect-error no such type
db.get('usr', 1)
// @ts-expect-error no such type
db.has('usr', 1)
// @ts-expect-error no such type
db.count('usr')
// @ts-expect-error no such type
db.scan('usr')
// @ts-expect-error no such option
db.scan('user', { offset: 1 })
// @ts-expect-error an id is a number
db.scan('user', { from: '1' })
// @ts-expect-error reverse is a boolean
db.scan('user', { reverse: 1 })

// @ts-expect-error there may be no such record
void db.get('user', 1).name
// @ts-expect-error no such field
void db.get('user', 1)?.email
// @ts-expect-error an optional field may be absent
void db.get('user', 1)?.nick.length
// @ts-expect-error an absent field is undefined
const nick: string | null = db.get('user', 1)!.nick
// @ts-expect-error an int64 is a bigint
const size: number = db.get('item', 1)!.int64
// @ts-expect-error json is to be checked or cast
void db.get('item', 1)!.json.tags
// @ts-expect-error a row is without its id
const row: User = { id: 1, name: 'a', age: 1, role: 'admin' }
// @ts-expect-error a row is never null in a field
const nullRow: User = { name: 'a', age: 1, role: 'admin', nick: null }
// @ts-expect-error the id is a number
const changes: Changes<typeof everything, 'user'> = { id: 'a' }
// @ts-expect-error no such type
type Unknown = Row<typeof everything, 'usr'>
void [nick, size, row, nullRow, changes, null! as Unknown]

// @ts-expect-error no such type
create(db, 'usr', {})
// @ts-expect-error a wrong type of value
create(db, 'user', { name: 1, age: 1, role: 'admin' })
// @ts-expect-error null in a required field
modify(db, 'user', 1, { name: null })
// @ts-expect-error no store
drain({})
// @ts-expect-error a store whose field has another type
const otherField: Db<{ user: { name: 'uint8' } }> = db
// @ts-expect-error a store without such a type
const otherType: Db<{ session: { name: 'string' } }> = db
// @ts-expect-error whether a store is closed is not for the caller to set
db.closed = true
void [otherField, otherType]
