// Schemas and options that are refused. Each line is wrong in one way only.
import { MillraceError, defineSchema, open, type OpenOptions, type Schema } from 'millrace'
// @ts-expect-error the types that the public ones are made of stay private
import type { Values } from 'millrace'
// @ts-expect-error the same
import type { Fields } from 'millrace'
void (null! as Values | Fields)

const user = { name: 'string' } as const

// @ts-expect-error no such base type
open({ schema: { user: { name: 'strng' } } })
// @ts-expect-error no such optional base type
open({ schema: { user: { name: 'strng?' } } })
// @ts-expect-error one question mark at most
open({ schema: { user: { name: 'string??' } } })
// @ts-expect-error no such base type in an object
open({ schema: { user: { name: { type: 'strng' } } } })
// @ts-expect-error the object form says optional by its property
open({ schema: { user: { name: { type: 'string?' } } } })
// @ts-expect-error optional is a boolean
open({ schema: { user: { name: { type: 'string', optional: 'yes' } } } })
// @ts-expect-error neither a type nor an enum
open({ schema: { user: { name: { optional: true } } } })
// @ts-expect-error both a type and an enum
open({ schema: { user: { name: { type: 'string', enum: ['a'] } } } })
// @ts-expect-error an enum has strings
open({ schema: { user: { name: { enum: [1, 2] } } } })
// @ts-expect-error an enum is an array
open({ schema: { user: { name: { enum: 'a' } } } })
// @ts-expect-error an enum has no question mark
open({ schema: { user: { name: ['a', 'b'] } } })
// @ts-expect-error no field is called id
open({ schema: { user: { id: 'uint32' } } })
// @ts-expect-error no field is called id, in a constant either
open({ schema: { user: { ...user, id: 'uint32' } as const } })
// @ts-expect-error a type has fields
open({ schema: { user: 'string' } })
// @ts-expect-error no such base type
defineSchema({ user: { name: 'strng' } })
// @ts-expect-error no field is called id
defineSchema({ user: { id: 'uint32' } })
// @ts-expect-error no such base type
const annotated: Schema = { user: { name: 'strng' } }
const widened = { user: { name: 'string' } }
// @ts-expect-error the literal types were lost
open({ schema: widened })

// @ts-expect-error the schema is required
open({})
// @ts-expect-error the options are required
open()
// @ts-expect-error no such option
open({ schema: { user }, worker: 1 })
// @ts-expect-error a number of threads
open({ schema: { user }, workers: '1' })
// @ts-expect-error a number of bytes
open({ schema: { user }, maxModifySize: '1 MiB' })
// @ts-expect-error no such choice
open({ schema: { user }, onFull: 'throw' })
// @ts-expect-error null is no number
open({ schema: { user }, workers: null })
// @ts-expect-error the schema of the options is that of the type
const options: OpenOptions<{ user: { name: 'string' } }> = { schema: { user: { name: 'uint8' } } }
void [annotated, options]

// @ts-expect-error programs do not make these errors
new MillraceError('a')
declare const error: MillraceError
// @ts-expect-error no such code
void (error.code === 'ERR_NOT_FOUNT')
// @ts-expect-error a code is not changed
error.code = 'ERR_CLOSED'
// @ts-expect-error an id is a number
const id: string | undefined = error.id
void id
