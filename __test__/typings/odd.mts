// Types and fields whose names are those of inherited properties, or no identifiers.
import { open } from 'millrace'
import { same } from './same.cjs'

const db = await open({
  schema: {
    constructor: { constructor: 'string', hasOwnProperty: 'uint8?', valueOf: { type: 'json', optional: true } },
    'a"b': { 'a"b': 'string', '': 'uint8', 'x y?': 'boolean?', 0: 'uint8' },
    toString: { toString: { enum: ['a"b', "it's", ''] } },
    length: { type: 'string', enum: 'uint8', optional: 'boolean', name: 'string?' },
  },
})

await db.create('constructor', { constructor: 'a' })
await db.create('constructor', { constructor: 'a', hasOwnProperty: 1, valueOf: null })
await db.modify('constructor', 1, {})
await db.modify('constructor', 1, { constructor: 'b' })
await db.modify('constructor', 1, { hasOwnProperty: null })
await db.create('a"b', { 'a"b': 'x', '': 1, 0: 1 })
await db.modify('a"b', 1, { 'x y?': true })
await db.create('toString', { toString: '' })
await db.create('length', { type: 'a', enum: 1, optional: true })

const inherited = db.get('constructor', 1)
same<typeof inherited, { id: number; constructor: string; hasOwnProperty?: number; valueOf?: unknown } | undefined>()
const quoted = db.get('a"b', 1)
same<typeof quoted, { id: number; 'a"b': string; '': number; 'x y?'?: boolean; 0: number } | undefined>()
const values = db.get('toString', 1)
same<typeof values, { id: number; toString: 'a"b' | "it's" | '' } | undefined>()
const words = db.get('length', 1)
same<typeof words, { id: number; type: string; enum: number; optional: boolean; name?: string } | undefined>()

// @ts-expect-error the inherited constructor is no string
db.create('constructor', {})
// @ts-expect-error not a uint8
db.create('constructor', { constructor: 'a', hasOwnProperty: 'x' })
// @ts-expect-error not a string
db.modify('constructor', 1, { constructor: 1 })
// @ts-expect-error a name with a quote has its type as well
db.create('a"b', { 'a"b': 1, '': 1, 0: 1 })
// @ts-expect-error no such value in the enum
db.create('toString', { toString: 'its' })
// @ts-expect-error an inherited name is not a type of every schema
db.count('valueOf')
