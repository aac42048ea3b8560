'use strict'
// One type of an open db: its ids, its open frames, and the writes that all encoders share.

const { constants } = require('node:buffer')
const binding = require('../binding.js')
const { MillraceError, quote } = require('./errors.js')
const { explain, threw } = require('./explain.js')
const { Rows, RowsShape, padded } = require('./rows.js')
const { Operations, FRAME, OPERATION, DELETE, MODIFY } = require('./operations.js')
const { tooLarge } = require('./ctx.js')
const { encoderOf } = require('./encoder.js')
const { textBytes } = require('./text.js')

const { MAX_STRING_LENGTH } = constants

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
    /** The id of the next new record, */
    this.nextId = 1
    /** and where the block of ids ends that was taken for it and the next ones. */
    this.endId = 1
    /** Whether it is among the ctx's types: it has an open frame. */
    this.isOpen = false
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
    if (this.nextId === this.endId && !this.takeIds(1)) return exhausted(this.type)
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

  /**
   * Takes a block of at least `least` ids in a row instead of what is left of the last one; false if there is none. With
   * one handle on the store it goes on where the last one ends.
   * @param {number} least
   */
  takeIds(least) {
    const { ctx, nextId } = this
    const ids = binding.takeIds(ctx.owner.dbCtx, this.type.index, nextId, least)
    const [first, end] = ids ?? [nextId, nextId]
    // The ids of a frame's rows follow each other; and an operation must not reach what is created after it.
    if (first !== nextId) ctx.closeRows(this.rows)
    ctx.closeOperations(this.operations)
    this.nextId = first
    this.endId = end
    return ids !== null
  }

  /** Tells the ctx that it has an open frame. */
  open() {
    this.ctx.types.push(this)
    // Only now: at the end of the stack a call may fail.
    this.isOpen = true
  }

  /** Begins a frame of new rows, or goes on with the open one; returns the new row's id. */
  beginRow() {
    if (this.operations.reachesAhead) this.ctx.closeOperations(this.operations)
    const { rows } = this
    if (rows.count === 0) {
      rows.first = this.nextId
      if (!this.isOpen) this.open()
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
    if (units > MAX_STRING_LENGTH) return tooMuchText(units, this.type)
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
    if (id >= this.nextId && id < this.endId) operations.reachesAhead = true
    if (!this.isOpen) this.open()
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
    this.operations.begin(DELETE, 0, id, this.ctx.queue.add(id, 1), OPERATION)
    return this.ctx.promise()
  }

  /**
   * Queues changes of a record, which were checked. Their cells are to be added, then its promise is made.
   * @param {number} id
   * @param {number} cells
   * @param {number} bytes of the operation's words
   * @param {string[]} texts values of its text cells
   * @returns {Error | undefined}
   */
  beginModify(id, cells, bytes, texts) {
    const error = this.roomForOperation(id, bytes, texts)
    if (error === undefined) this.operations.begin(MODIFY, cells, id, this.ctx.queue.add(id, 1), bytes)
    return error
  }

  /**
   * Whether a record whose values of varying size are `texts` and `bytes` could ever fit into the ring; if not, why.
   * @param {string[]} texts
   * @param {number} bytes
   */
  tooLarge(texts, bytes) {
    const need = this.shape.single(bytes + textBytes(texts))
    return need > this.ctx.size ? tooLarge(need, this.ctx.size, this.type.name) : undefined
  }

  /**
   * Queues many new records: reads all of them, then takes ids and copies them as frames.
   * @param {unknown[]} records
   * @returns {Promise<number[]>}
   */
  createMany(records) {
    const blocks = new Blocks(this)
    const error = this.readMany(records, blocks) ?? this.roomForMany(blocks)
    if (error !== undefined) return Promise.reject(error)
    const { count } = blocks
    // There were some when the call began.
    if (count === 0) return Promise.resolve([])
    const first = this.nextId
    this.nextId += count
    this.ctx.nextIds[this.type.index] = this.nextId
    const failed = this.writeMany(blocks, first)
    if (failed !== undefined) return Promise.reject(failed)
    blocks.end()
    // oxlint-disable-next-line no-new-array
    const ids = new Array(count)
    for (let i = 0; i < count; i++) ids[i] = first + i
    return this.ctx.enqueue(ids, count)
  }

  /**
   * @param {unknown[]} records
   * @param {Blocks} blocks
   */
  readMany(records, blocks) {
    let error
    try {
      error = this.encoder.read(records, blocks)
    } catch (cause) {
      error = threw(this.type, cause)
    }
    if (error === undefined) return undefined
    const { index } = blocks
    error.message = `Record ${index}: ${error.message}`
    return Object.assign(error, { index })
  }

  /**
   * Whether `createMany` may begin; with `onFull: 'reject'` finds room for all of it first.
   * @param {Blocks} blocks
   */
  roomForMany(blocks) {
    const { ctx, type } = this
    if (blocks.count > this.endId - this.nextId && !this.takeIds(blocks.count)) return exhausted(type)
    if (ctx.onFull === 'wait' || blocks.count === 0) return ctx.makeRoom(0, type.name)
    const bytes = blocks.list.reduce((sum, rows) => sum + rows.size(), 0)
    if (bytes <= ctx.size) return ctx.makeRoom(bytes, type.name)
    ctx.stalls++
    const message = `${blocks.count} records of type ${quote(type.name)} take ${bytes} bytes, the modify buffer has ${ctx.size}`
    return new MillraceError('ERR_MODIFY_BUFFER_FULL', message, { type: type.name })
  }

  /**
   * Copies the blocks' rows into the modify buffer. With every frame closed by `roomForMany`, none of them holds
   * operations that reach ahead, and none new rows.
   * @param {Blocks} blocks
   * @param {number} first
   */
  writeMany(blocks, first) {
    const { ctx } = this
    for (const rows of blocks.list) {
      // The exact size takes a pass over all text, so it is for when room is short. Room that was reserved is exact.
      let need = rows.bound()
      if (need > (ctx.onFull === 'reject' ? ctx.room : ctx.end - ctx.pos)) need = rows.size()
      if (need > ctx.room) {
        const error = ctx.makeRoom(need, this.type.name)
        if (error !== undefined) return error
      }
      const before = ctx.pos
      rows.write(ctx, first)
      ctx.room -= ctx.pos - before
      first += rows.count
    }
    return undefined
  }

  /** The error for a value that does not fit a field. */
  explain(/** @type {number} */ field, /** @type {unknown} */ value) {
    return explain(this.type, this.type.fields[field], value)
  }
}

/** The rows that one `createMany` reads, in as many buffers as they need. */
class Blocks {
  /** @param {TypeStore} store */
  constructor({ shape, spare, ctx }) {
    this.shape = shape
    /** Buffers to use, and to give back. */
    this.spare = spare
    /**
     * Most bytes of a frame, with a byte for each unit of text, unless it has one row. Larger frames would keep the workers
     * waiting while one is written. Where room is found for all rows first, fewer frames take less of it.
     */
    this.most = ctx.onFull === 'reject' ? Infinity : ctx.threshold
    /** Which record is being read. */
    this.index = 0
    /** @type {Rows[]} */
    this.list = []
  }

  /** The rows of the next frame. */
  next() {
    const rows = this.spare.pop() ?? new Rows(this.shape)
    this.list.push(rows)
    return rows
  }

  /** Where a row with so many more units and bytes of varying size goes. */
  rowsFor(/** @type {number} */ units) {
    const last = this.list.at(-1) ?? this.next()
    if (last.count === 0) return last
    if (last.isFull(units) || (last.count + 1) * this.shape.row + last.units + units > this.most) return this.next()
    if (last.count === last.capacity) last.grow()
    return last
  }

  /** How many rows there are: code of the user's may have changed the array's length meanwhile. */
  get count() {
    return this.list.reduce((sum, rows) => sum + rows.count, 0)
  }

  /** Gives the buffers back, once their rows are in the modify buffer. */
  end() {
    for (const rows of this.list) {
      rows.clear()
      if (this.spare.length < SPARE) this.spare.push(rows)
    }
  }
}

/** @param {Type} type */
function exhausted(type) {
  return new MillraceError('ERR_OUT_OF_RANGE', `Type ${quote(type.name)} has no ids left`, { type: type.name })
}

/** @param {number} units @param {Type} type */
function tooMuchText(units, type) {
  const message = `The strings of one modify of type ${quote(type.name)} have ${units} UTF-16 units, at most ${MAX_STRING_LENGTH} are possible`
  return new MillraceError('ERR_RECORD_TOO_LARGE', message, { type: type.name })
}

exports.TypeStore = TypeStore
exports.Blocks = Blocks
