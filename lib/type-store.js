'use strict'
// One type of an open db: its ids, its open frames, and the writes that all encoders share.

const { MillraceError, quote } = require('./errors.js')
const { explain } = require('./explain.js')
const { Rows, RowsShape, padded } = require('./rows.js')
const { Operations, FRAME, OPERATION, DELETE, MODIFY } = require('./operations.js')
const { tooLarge } = require('./ctx.js')
const { encoderOf } = require('./encoder.js')

/** Ids run from 1 to this. */
const MAX_ID = 4294967294
/** Row buffers of `createMany` that are kept for the next one. */
const SPARE = 16

/** @typedef {import('./schema.js').Type} Type */
/** @typedef {import('./ctx.js').Ctx} Ctx */

class TypeStore {
  /**
   * @param {Type} type
   * @param {Ctx} ctx
   * @param {number[]} columns
   */
  constructor(type, ctx, columns) {
    this.type = type
    this.ctx = ctx
    this.nextId = 1
    this.shape = new RowsShape(type, columns)
    this.rows = new Rows(this.shape)
    this.operations = new Operations(type)
    /** @type {Rows[]} */
    this.spare = []
    this.encoder = encoderOf(this)
  }

  /**
   * Sets room aside for one more new row; `texts` and `bytes` are its values of varying size. For when the quick
   * estimate does not fit or the frame is full. Returns why there is none.
   * @param {number} units
   * @param {string[]} texts
   * @param {number} bytes
   */
  roomForRow(units, texts, bytes) {
    const { ctx, rows, shape } = this
    if (this.nextId > MAX_ID) return exhausted(this.type)
    if (rows.isFull(units)) ctx.closeRows(rows)
    let need = shape.row + bytes + 3 * units + (rows.count === 0 ? shape.frame : 0)
    if (need > ctx.room) {
      need = shape.single(bytes + textBytes(texts))
      const error = ctx.makeRoom(need, this.type.name)
      if (error !== undefined) return error
    }
    ctx.room -= need
    rows.reserved += need
    return undefined
  }

  /** Begins a frame of new rows, or goes on with the open one; returns the new row's id. */
  beginRow() {
    if (this.operations.reachesAhead) this.ctx.closeOperations(this.operations)
    const { rows } = this
    if (rows.count === 0) {
      rows.first = this.nextId
      this.ctx.types.add(this)
    }
    return this.nextId++
  }

  /**
   * Sets room aside for an operation. Returns why there is none.
   * @param {number} id
   * @param {number} bytes of the operation's words
   * @param {string[]} texts values of its text cells
   */
  roomForOperation(id, bytes, texts) {
    const { ctx, rows, operations } = this
    let units = 0
    for (const text of texts) units += text.length
    if (rows.count > 0 && id >= rows.first && id < this.nextId) ctx.closeRows(rows)
    if (operations.isFull(units)) ctx.closeOperations(operations)
    const lengths = 4 * texts.length
    let need = bytes + lengths + 3 * units + (operations.count === 0 ? FRAME : 0)
    if (need > ctx.room) {
      need = padded(FRAME - 7 + bytes + lengths + textBytes(texts))
      const error = ctx.makeRoom(need, this.type.name)
      if (error !== undefined) return error
    }
    ctx.room -= need
    operations.reserved += need
    if (id >= this.nextId) operations.reachesAhead = true
    ctx.types.add(this)
    return undefined
  }

  /**
   * Queues the deletion of a record.
   * @param {number} id
   * @returns {Promise<number>}
   */
  delete(id) {
    const error = this.roomForOperation(id, OPERATION, [])
    if (error !== undefined) return Promise.reject(error)
    this.operations.begin(DELETE, 0, id, this.ctx.queue.place, OPERATION)
    return this.ctx.enqueue(id, 1)
  }

  /**
   * Queues changes of a record. They were checked; `put` adds their cells.
   * @param {number} id
   * @param {number} cells
   * @param {number} bytes of the operation's words
   * @param {string[]} texts values of its text cells
   * @returns {Error | undefined}
   */
  beginModify(id, cells, bytes, texts) {
    const error = this.roomForOperation(id, bytes, texts)
    if (error === undefined) this.operations.begin(MODIFY, cells, id, this.ctx.queue.place, bytes)
    return error
  }

  /**
   * Queues many new records: reads all of them, then takes ids and copies them as frames.
   * @param {unknown[]} records
   * @returns {Promise<number[]>}
   */
  createMany(records) {
    /** @type {Rows[]} */
    const blocks = []
    try {
      const error = this.readMany(records, blocks) ?? this.roomForMany(blocks)
      if (error !== undefined) return Promise.reject(error)
      // Not the array's length: code of the user's may have changed that meanwhile.
      const count = blocks.reduce((sum, rows) => sum + rows.count, 0)
      if (count === 0) return Promise.resolve([])
      const first = this.nextId
      this.nextId += count
      const failed = this.writeMany(blocks, first)
      if (failed !== undefined) return Promise.reject(failed)
      const ids = Array.from({ length: count }, (_, index) => first + index)
      return this.ctx.enqueue(ids, ids.length)
    } finally {
      for (const rows of blocks) {
        rows.clear()
        if (this.spare.length < SPARE) this.spare.push(rows)
      }
    }
  }

  /**
   * @param {unknown[]} records
   * @param {Rows[]} blocks
   * @returns {MillraceError | undefined}
   */
  readMany(records, blocks) {
    let rows = this.spare.pop() ?? new Rows(this.shape)
    blocks.push(rows)
    for (let index = 0; index < records.length; index++) {
      if (rows.isFull(0)) {
        rows = this.spare.pop() ?? new Rows(this.shape)
        blocks.push(rows)
      }
      /** @type {MillraceError | undefined} */
      let error
      try {
        error = this.encoder.read(records[index], rows)
      } catch (cause) {
        error = this.encoder.threw(cause)
      }
      if (error === undefined && this.shape.frame + this.shape.row + 3 * rows.units > this.ctx.size) {
        const bytes = rows.size(rows.count - 1, 1, true)
        if (bytes > this.ctx.size) error = tooLarge(bytes, this.ctx.size, this.type.name)
      }
      if (error !== undefined) {
        error.message = `Record ${index}: ${error.message}`
        return Object.assign(error, { index })
      }
    }
    return undefined
  }

  /**
   * Whether `createMany` may begin; with `onFull: 'reject'` finds room for all of it first.
   * @param {Rows[]} blocks
   * @returns {Error | undefined}
   */
  roomForMany(blocks) {
    const { ctx } = this
    const count = blocks.reduce((sum, rows) => sum + rows.count, 0)
    if (count > MAX_ID - this.nextId + 1) return exhausted(this.type)
    if (ctx.onFull === 'wait') return ctx.makeRoom(0, this.type.name)
    const bytes = blocks.reduce((sum, rows) => sum + rows.size(0, rows.count, true), 0)
    if (bytes <= ctx.size) return ctx.makeRoom(bytes, this.type.name)
    const message = `${count} records of type ${quote(this.type.name)} take ${bytes} bytes, the modify buffer has ${ctx.size}`
    return new MillraceError('ERR_MODIFY_BUFFER_FULL', message, { type: this.type.name })
  }

  /**
   * Copies the blocks' rows into the modify buffer. With every frame closed by `roomForMany`, none of them holds
   * operations that reach ahead, and none new rows.
   * @param {Rows[]} blocks
   * @param {number} first
   * @returns {Error | undefined}
   */
  writeMany(blocks, first) {
    const { ctx } = this
    // Frames larger than that would keep the workers waiting while one is written.
    const most = ctx.onFull === 'wait' ? Math.max(ctx.threshold, 1024) : ctx.size
    for (const rows of blocks) {
      for (let from = 0; from < rows.count; ) {
        let count = rows.count - from
        let need = rows.size(from, count, false)
        if (need > ctx.room) need = rows.size(from, count, true)
        while (need > most && count > 1) {
          count >>= 1
          need = rows.size(from, count, true)
        }
        if (need > ctx.room) {
          const error = ctx.makeRoom(need, this.type.name)
          if (error !== undefined) return error
        }
        const before = ctx.pos
        rows.write(ctx, from, count, first)
        ctx.room -= ctx.pos - before
        first += count
        from += count
      }
    }
    return undefined
  }

  /** The error for a value that does not fit a field. */
  explain(/** @type {number} */ field, /** @type {unknown} */ value) {
    return explain(this.type, this.type.fields[field], value)
  }
}

/** @param {string[]} texts */
function textBytes(texts) {
  let bytes = 0
  for (const text of texts) bytes += Buffer.byteLength(text)
  return bytes
}

/** @param {Type} type */
function exhausted(type) {
  return new MillraceError('ERR_OUT_OF_RANGE', `Type ${quote(type.name)} has no ids left`, { type: type.name })
}

exports.TypeStore = TypeStore
