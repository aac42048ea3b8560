'use strict'
// What a thread has begun to write and what it was told, in words that outlive it: whoever ends it by force can still read them.

/** Words of a write: its type, what it is, the record's number, how it has settled, and the id it settled with. */
const WORDS = 5
const KINDS = ['create', 'modify', 'delete']
const FULFILLED = 1
const NOT_FOUND = 2

class History {
  #words

  /** For at most `most` writes; or over the `words` of one that another thread writes. */
  constructor (most, words = new Int32Array(new SharedArrayBuffer(4 * (1 + WORDS * most)))) {
    this.#words = words
  }

  get words () {
    return this.#words
  }

  get length () {
    return Atomics.load(this.#words, 0)
  }

  get isFull () {
    return 1 + WORDS * (this.length + 1) > this.#words.length
  }

  /** Write number `length` begins. */
  begin (type, kind, record) {
    const seq = this.length
    this.#words.set([type, KINDS.indexOf(kind), record], 1 + WORDS * seq)
    Atomics.store(this.#words, 0, seq + 1)
    return seq
  }

  /** Write number `seq` has settled. */
  settle (seq, how, id) {
    this.#words[1 + WORDS * seq + 4] = id
    Atomics.store(this.#words, 1 + WORDS * seq + 3, how)
  }

  /** All writes that were begun. */
  get writes () {
    return Array.from({ length: this.length }, (_, seq) => {
      const [type, kind, record, how, id] = this.#words.subarray(1 + WORDS * seq)
      return { seq, type, kind: KINDS[kind], record, how, id }
    })
  }
}

/** The text that write number `seq` gives a record. */
const textOf = (seq) => `${seq} ${'x'.repeat(seq % 60)}`

/**
 * Whether the `rows` of one type are what the first of these writes make, in order: all that have settled, and of the rest
 * some. Gives what is wrong.
 */
const judge = (writes, rows) => {
  const seen = new Map(rows.map((row) => [row.record, row]))
  if (seen.size !== rows.length) return 'a record is there twice'
  for (const { seq, text } of rows) if (text !== textOf(seq)) return `the text of write ${seq} is ${text}`
  const known = Math.max(-1, ...rows.map(({ seq }) => seq), ...writes.filter(({ how }) => how !== 0).map(({ seq }) => seq))
  const state = new Map()
  let at = 0
  for (; at < writes.length && writes[at].seq <= known; at++) {
    const wrong = apply(state, writes[at])
    if (wrong !== undefined) return wrong
  }
  // What goes on behind the last that can be seen can only be deletions of what is there.
  for (; !agrees(state, seen) && at < writes.length; at++) apply(state, writes[at])
  return agrees(state, seen) ? undefined : `no first part of ${writes.length} writes, ${known} or more, gives what is there`
}

const apply = (state, { seq, kind, record, how, id }) => {
  const isThere = kind === 'create' || state.has(record)
  if (how !== 0 && how !== (isThere ? FULFILLED : NOT_FOUND)) return `${kind} ${seq} settled with ${how}`
  if (!isThere) return undefined
  const before = state.get(record)
  if (kind === 'delete') state.delete(record)
  else state.set(record, { seq, id: kind === 'create' ? (how === 0 ? undefined : id) : before.id })
  return undefined
}

const agrees = (state, seen) => state.size === seen.size && [...state].every(([record, { seq, id }]) => {
  const row = seen.get(record)
  return row !== undefined && row.seq === seq && (id === undefined || row.id === id)
})

module.exports = { FULFILLED, History, NOT_FOUND, judge, textOf }
