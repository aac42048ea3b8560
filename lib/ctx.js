'use strict'
// The ctx: the run that is being written now, and the frames that belong to it. It decides where the next bytes go
// and when a run is handed over; the addon (`src/ring.rs`) knows which bytes of the ring are free.

const binding = require('../binding.js')
const { MillraceError, quote } = require('./errors.js')
const { Queue } = require('./queue.js')

const { STATE_LINE, CTX_START, CTX_END } = binding.constants()

/**
 * A run that has set so many bytes aside is handed over before the tick ends, or a quarter of the ring if that is less;
 * of text a third of it may be used. Half as much is enough when the workers have nothing to do.
 */
const HAND_OVER_AT = 128 * 1024

/** @typedef {import('./rows.js').Rows} Rows */
/** @typedef {import('./operations.js').Operations} Operations */
/** @typedef {import('./type-store.js').TypeStore} TypeStore */
/** @typedef {import('./linger.js').Linger} Linger */

/**
 * @typedef {object} Owner what the ctx needs of its db
 * @property {() => MillraceError | undefined} refusal why no write is possible, if so
 * @property {() => void} handOver hands the run over
 * @property {() => void} findRefusal asks the addon whether the store takes no more writes
 * @property {() => boolean} idle whether workers would begin at once, and nobody waits for a disk
 * @property {Linger | undefined} linger where workers may answer within microseconds
 * @property {number} dbCtx
 */

class Ctx {
  /**
   * @param {Owner} owner
   * @param {SharedArrayBuffer} modifyBuffer
   * @param {Int32Array} states
   * @param {number} workers
   * @param {'wait' | 'reject'} onFull
   * @param {Uint32Array} nextIds where the addon finds which ids of each type were given, should the thread end
   */
  constructor(owner, modifyBuffer, states, workers, onFull, nextIds) {
    this.owner = owner
    this.buffer = Buffer.from(modifyBuffer)
    this.u8 = new Uint8Array(modifyBuffer)
    this.u32 = new Uint32Array(modifyBuffer)
    this.size = modifyBuffer.byteLength
    this.states = states
    this.line = workers * STATE_LINE
    this.workers = workers
    this.onFull = onFull
    this.nextIds = nextIds
    this.threshold = Math.min(HAND_OVER_AT, this.size >> 2)
    this.start = 0
    this.pos = 0
    this.end = this.size
    /**
     * Bytes that encoders may still set aside before they must ask `makeRoom`: up to `end`, or to where the run is
     * handed over early. -1 when no write is possible. A frame that was given its exact size and then goes on may end
     * up to 7 bytes below zero: room is counted in bytes, while frames, and so what is free, are multiples of 8.
     */
    this.room = this.threshold
    /** Bytes of a run that are worth handing over when `room` runs out. */
    this.enough = this.threshold >> 1
    this.queue = new Queue()
    /** Calls of `createMany` for which all of the ring is too small; the addon counts what finds no room in it. */
    this.stalls = 0
    /** Writes that the next queue makes room for. */
    this.expected = 0
    /** @type {TypeStore[]} types with an open frame */
    this.types = []
    this.scheduled = false
    this.tick = () => {
      this.scheduled = false
      if (this.queue.length > 0) this.owner.handOver()
      this.owner.linger?.begin()
    }
  }

  /**
   * Queues a write and returns its promise, which settles with `tmpId`.
   * @template {number | number[]} Id
   * @param {Id} tmpId
   * @param {number} operations
   * @returns {Promise<Id>}
   */
  enqueue(tmpId, operations) {
    this.queue.add(tmpId, operations)
    return this.promise()
  }

  /**
   * The promise of the write that was queued last. All of the write is in the run: from here on hooks of `async_hooks` may
   * write, and hand the run over. At the end of the stack this fails before there is a promise, which nobody would get.
   * @returns {Promise<any>}
   */
  promise() {
    const { queue } = this
    const place = queue.count - 1
    if (!this.scheduled) this.schedule()
    return queue.promise(place)
  }

  /** The first write since a hand-over at the end of a tick. */
  schedule() {
    this.scheduled = true
    try {
      process.nextTick(this.tick)
    } catch (error) {
      // At the end of the stack: the next write tries again.
      this.scheduled = false
      throw error
    }
    // While nothing is in flight a tick's writes would wait for its end: handing the first half over makes awaited ticks
    // of 1,000 a fifth faster. Where ticks follow each other, workers are busy, and a hand-over more would only cost.
    if (this.workers > 0 && this.owner.idle()) {
      this.room = Math.min(this.room, this.threshold >> 1)
      this.enough = this.threshold >> 3
    }
  }

  /**
   * Finds room for a frame of `need` bytes at `pos`, with every frame closed: extends the run, else hands it over and
   * takes the largest gap, else waits or gives up, as `onFull` says. Sets nothing aside. Returns why there is no room.
   * @param {number} need
   * @param {string} type
   * @returns {MillraceError | undefined}
   */
  makeRoom(need, type) {
    const refusal = this.owner.refusal()
    if (refusal !== undefined) return refusal
    if (need > this.size) return tooLarge(need, this.size, type)
    this.closeFrames()
    if (this.pos - this.start >= this.enough) this.owner.handOver()
    if (this.end - this.pos < need) this.extend()
    if (this.end - this.pos < need) this.owner.handOver()
    // What was handed over may have poisoned the store, on this thread; waiting may tell of a worker.
    const poisoned = this.owner.refusal()
    if (poisoned !== undefined) return poisoned
    if (this.end - this.pos < need) this.place(need)
    const late = this.owner.refusal()
    if (late !== undefined) return late
    if (this.end - this.pos < need) {
      return new MillraceError('ERR_MODIFY_BUFFER_FULL', `The modify buffer has no room for ${need} bytes of type ${quote(type)}`, { type })
    }
    this.room = Math.min(this.end - this.pos, Math.max(this.threshold, need))
    return undefined
  }

  extend() {
    if (this.workers > 0) this.end = binding.extend(this.owner.dbCtx, this.pos)
  }

  /** @param {number} need */
  place(need) {
    if (this.workers === 0) return
    const found = binding.place(this.owner.dbCtx, need, this.onFull === 'wait')
    this.begin()
    // A wait ends without room only when the store takes no more writes.
    if (!found && this.onFull === 'wait') this.owner.findRefusal()
  }

  /** Starts the next run where the addon has placed it. */
  begin() {
    this.start = this.pos = Atomics.load(this.states, this.line + CTX_START)
    this.end = Atomics.load(this.states, this.line + CTX_END)
    this.room = Math.min(this.end - this.pos, this.threshold)
    this.enough = this.threshold >> 1
  }

  /** Starts the next run with all of the ring. */
  reset() {
    this.start = this.pos = 0
    this.end = this.size
    this.room = this.threshold
  }

  /** Copies every open frame into the modify buffer. */
  closeFrames() {
    for (const type of this.types) {
      this.closeRows(type.rows)
      this.closeOperations(type.operations)
      type.isOpen = false
      this.nextIds[type.type.index] = type.nextId
    }
    this.types.length = 0
  }

  /** @param {Rows} rows */
  closeRows(rows) {
    if (rows.count === 0) return
    const before = this.pos
    rows.write(this, rows.first)
    this.room += rows.reserved - (this.pos - before)
    rows.clear()
  }

  /** @param {Operations} operations */
  closeOperations(operations) {
    if (operations.count === 0) return
    const before = this.pos
    operations.write(this)
    this.room += operations.reserved - (this.pos - before)
    operations.clear()
  }

  /** Forgets the run and lets no further write begin; returns its queue. */
  abandon() {
    for (const type of this.types) {
      type.rows.clear()
      type.operations.clear()
      type.isOpen = false
    }
    this.types.length = 0
    this.pos = this.start
    this.room = -1
    return this.takeQueue()
  }

  takeQueue() {
    const { queue } = this
    // A little more, since a list that grows is copied; and long and short runs may alternate.
    this.expected = Math.max(queue.count + (queue.count >> 3), this.expected >> 1)
    this.queue = new Queue(this.expected)
    return queue
  }
}

/**
 * @param {number} need
 * @param {number} size
 * @param {string} type
 */
function tooLarge(need, size, type) {
  const message = `A record of type ${quote(type)} takes ${need} bytes, the modify buffer has ${size}`
  return new MillraceError('ERR_RECORD_TOO_LARGE', message, { type })
}

exports.Ctx = Ctx
exports.tooLarge = tooLarge
