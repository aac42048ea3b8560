import millrace = require('millrace')

/** A schema with a field of every kind, which the other files share. */
export const everything = millrace.defineSchema({
  item: {
    string: 'string',
    binary: 'binary',
    boolean: 'boolean',
    int8: 'int8',
    uint8: 'uint8',
    int16: 'int16',
    uint16: 'uint16',
    int32: 'int32',
    uint32: 'uint32',
    int64: 'int64',
    uint64: 'uint64',
    float32: 'float32',
    float64: 'float64',
    timestamp: 'timestamp',
    json: 'json',
    role: { enum: ['admin', 'member'] },
    object: { type: 'uint16' },
    required: { type: 'string', optional: false },
    maybeInt64: 'int64?',
    maybeDate: { type: 'timestamp', optional: true },
    maybeRole: { enum: ['a', 'b'], optional: true },
    maybeJson: 'json?',
  },
  user: { name: 'string', age: 'uint32', nick: 'string?', role: { enum: ['admin', 'member'] } },
  note: { body: 'json' },
  bare: { note: 'string?' },
})
