'use strict'
// The db: what `open` gives. It joins the ctx, the encoders and the addon, and settles what workers have applied.

const binding = require('../binding.js')
const { Checkpoint, checkpointStats } = require('./checkpoint.js')
const { badId, checkId, isId, notRecords, unknownType } = require('./checks.js')
const { Ctx } = require('./ctx.js')
const { invalidArgument, closed, refused } = require('./errors.js')
const { atExit, notAtExit } = require('./exit.js')
const { notFound, threw } = require('./explain.js')
const { Memory, openHandle, REPORT_ENTRIES, sharedBuffer } = require('./handle.js')
const { InFlight } = require('./in-flight.js')
const { canLinger, Linger } = require('./linger.js')
const { parseOptions } = require('./options.js')
const { Queue } = require('./queue.js')
const { Reader } = require('./reader.js')
const { RowIterator, scanOptions } = require('./scan.js')
const { parseSchema, typesOf } = require('./schema.js')
const { Types } = require('./types.js')

const { STATE_POS, CTX_SEQ, REPORT_ENTRY } = binding.constants()

/** @typedef {import('./errors.js').Failure} Failure */
/** @typedef {import('./errors.js').MillraceError} MillraceError */

/** Ends the handles of dbs that were dropped without `close`. */
const dropped = new FinalizationRegistry((/** @type {{ dbCtx: number, flush: () => void }} */ { dbCtx, flush }) => {
  binding.close(dbCtx)
  notAtExit(flush)
})
/** Dbs with writes in flight must not be collected: their promises are to settle. */
const busy = new Set()

class Db {
  #types
  #ctx
  #inFlight = new InFlight()
  /** Absent where workers do not answer within microseconds. @type {Linger | undefined} */
  #linger = undefined
  #states
  #report
  #reader
  #dbCtx
  #workers
  #isDurable
  #isShared
  #flushAtExit
  #batches = 0
  #operations = 0
  /** @type {Map<number, Checkpoint>} those that have not ended, by the addon's number */
  #checkpoints = new Map()
  /** @type {import('..').Recovery | undefined} what opening a durable store found */
  #recovery
  /** @type {(() => MillraceError) | undefined} why no write is possible */
  #refuse = undefined
  /** @type {Promise<void> | undefined} */
  #closing = undefined
  /** Whether the addon has let the handle go. */
  #ended = false

  /** @param {unknown} given options of `open` */
  constructor(given) {
    const options = parseOptions(given)
    const { schema, name, durable } = options
    // A store that is open already, or on the disk, has a schema.
    this.#isShared = name !== undefined || durable !== undefined
    const types = schema === undefined && this.#isShared ? undefined : parseSchema(schema)
    const memory = new Memory(options)
    const weak = new WeakRef(this)
    this.#flushAtExit = Db.#onExit(weak)
    const opened = openHandle(options, types, memory, Db.#onFinished(weak))
    this.#dbCtx = opened.dbCtx
    this.#workers = opened.workers
    this.#recovery = opened.recovery
    this.#states = memory.states
    this.#report = memory.report
    this.#isDurable = durable !== undefined
    if (this.#isDurable) atExit(this.#flushAtExit)
    const list = typesOf(opened.types)
    this.#reader = new Reader(this.#dbCtx, memory.block)
    dropped.register(this, { dbCtx: this.#dbCtx, flush: this.#flushAtExit }, this)
    const nextIds = new Uint32Array(sharedBuffer(8 * Math.ceil(list.length / 2)))
    binding.setNextIds(this.#dbCtx, new Uint8Array(nextIds.buffer))
    // A disk takes longer.
    if (canLinger && this.#workers > 0 && !this.#isDurable) {
      const willLook = () => binding.willLook(this.#dbCtx)
      this.#linger = new Linger(this.#inFlight, { willLook, settle: (looks) => this.#settle(looks) })
    }
    const owner = {
      dbCtx: this.#dbCtx,
      refusal: () => (this.#refuse ? this.#refuse() : undefined),
      handOver: () => this.#handOver(),
      idle: () => this.#inFlight.size === 0 && !this.#isDurable,
      linger: this.#linger,
      findRefusal: () => {
        const refusal = binding.refusal(this.#dbCtx)
        if (refusal !== null) this.#stop(new Queue(), refusal)
      }
    }
    this.#ctx = new Ctx(owner, memory.modifyBuffer, this.#states, this.#workers, options.onFull, nextIds)
    this.#types = new Types(list, this.#ctx)
  }

  /**
   * What the addon calls. It must not hold the db, and so is made where no other closure needs `this`: V8 keeps what any
   * of a scope's closures uses for all of them.
   * @param {WeakRef<Db>} weak
   */
  static #onFinished(weak) {
    return () => {
      const db = weak.deref()
      // A call that was on its way when the turns began: they see to it. Else what settles here would write, be announced while
      // this still runs, and keep the event loop from turning.
      if (db !== undefined && !db.#linger?.isTurning) db.#settle(false)
    }
  }

  /**
   * What the thread's exit calls: hands the current run over, and waits until all is applied and as durable as asked.
   * @param {WeakRef<Db>} weak
   */
  static #onExit(weak) {
    return () => {
      const db = weak.deref()
      if (db === undefined) return
      db.#handOver()
      binding.flush(db.#dbCtx)
    }
  }

  /**
   * A write of a type threw: code of the user's that it called, or where memory or the stack ends.
   * @param {string} name
   * @param {unknown} cause
   */
  #threw(name, cause) {
    const type = this.#types.named(name)
    return Promise.reject(type === undefined ? cause : threw(type, cause))
  }

  /** @param {string} type @param {unknown} record */
  create(type, record) {
    if (this.#refuse !== undefined) return Promise.reject(this.#refuse())
    try {
      const entry = this.#types.find(type)
      if (entry === undefined) return Promise.reject(unknownType(type))
      return entry.store.encoder.create(record)
    } catch (cause) {
      return this.#threw(type, cause)
    }
  }

  /** @param {string} type @param {unknown} records */
  createMany(type, records) {
    if (this.#refuse !== undefined) return Promise.reject(this.#refuse())
    try {
      const entry = this.#types.find(type)
      if (entry === undefined) return Promise.reject(unknownType(type))
      if (!Array.isArray(records)) return Promise.reject(notRecords(type, records))
      return records.length === 0 ? Promise.resolve([]) : entry.store.createMany(records)
    } catch (cause) {
      return this.#threw(type, cause)
    }
  }

  /** @param {string} type @param {number} id @param {unknown} changes */
  modify(type, id, changes) {
    if (this.#refuse !== undefined) return Promise.reject(this.#refuse())
    try {
      const entry = this.#types.find(type)
      if (entry === undefined) return Promise.reject(unknownType(type))
      if (!isId(id)) return Promise.reject(badId(type, id))
      return entry.store.encoder.modify(id, changes)
    } catch (cause) {
      return this.#threw(type, cause)
    }
  }

  /** @param {string} type @param {number} id */
  delete(type, id) {
    if (this.#refuse !== undefined) return Promise.reject(this.#refuse())
    try {
      const entry = this.#types.find(type)
      if (entry === undefined) return Promise.reject(unknownType(type))
      if (!isId(id)) return Promise.reject(badId(type, id))
      return entry.store.delete(id)
    } catch (cause) {
      return this.#threw(type, cause)
    }
  }

  /** @returns {Promise<void>} */
  drain() {
    return this.#handOverAnd(() => this.#inFlight.settled())
  }

  /** @returns {Promise<void>} */
  checkpoint() {
    if (!this.#isDurable) return Promise.reject(invalidArgument('A store in memory has no checkpoints'))
    return this.#handOverAnd(() => {
      const checkpoint = new Checkpoint()
      this.#checkpoints.set(binding.checkpoint(this.#dbCtx), checkpoint)
      busy.add(this)
      return checkpoint.promise
    })
  }

  /** @param {() => Promise<void>} f what follows, if the store takes writes */
  #handOverAnd(f) {
    if (this.#refuse === undefined) this.#handOver()
    // What another handle's write did to the store this one hears with a batch of its own, or here.
    if (this.#isShared && this.#refuse === undefined && this.#inFlight.size === 0) this.#ctx.owner.findRefusal()
    // On this thread (`workers: 0`) handing over may have failed.
    return this.#refuse === undefined ? f() : Promise.reject(this.#refuse())
  }

  /** @param {string} type @param {number} id */
  get(type, id) {
    this.#assertOpen()
    return this.#reader.get(this.#types.get(type), checkId(type, id))
  }

  /** @param {string} type @param {number} id */
  has(type, id) {
    this.#assertOpen()
    return binding.has(this.#dbCtx, this.#types.get(type).store.type.index, checkId(type, id))
  }

  /** @param {string} type */
  count(type) {
    this.#assertOpen()
    return binding.count(this.#dbCtx, this.#types.get(type).store.type.index)
  }

  /** @param {string} type @param {import('..').ScanOptions} [options] */
  scan(type, options) {
    this.#assertOpen()
    return new RowIterator(this.#reader, this.#types.get(type), scanOptions(options), () => this.#assertOpen())
  }

  /** @returns {import('..').Stats} */
  stats() {
    this.#assertOpen()
    const { size, start, pos, end } = this.#ctx
    const { ownWorkers, handles, workers } = binding.storeStats(this.#dbCtx)
    return {
      maxModifySize: size,
      ctx: { start, pos, end },
      inFlight: { batches: this.#inFlight.size, bytes: this.#inFlight.bytes },
      batches: this.#batches,
      operations: this.#operations,
      stalls: binding.stalls(this.#dbCtx) + this.#ctx.stalls,
      workers: ownWorkers,
      ...(this.#isShared && { store: { handles, workers } }),
      ...(this.#recovery && { recovery: this.#recovery }),
      ...(this.#isDurable && { checkpoints: checkpointStats(this.#dbCtx) })
    }
  }

  close() {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }

  get closed() {
    return this.#closing !== undefined
  }

  async #close() {
    this.#handOver()
    this.#refuse = closed
    this.#ctx.room = -1
    await this.#inFlight.quiet()
    await Promise.allSettled(Array.from(this.#checkpoints.values(), ({ promise }) => promise))
    dropped.unregister(this)
    this.#ended = true
    binding.close(this.#dbCtx)
    notAtExit(this.#flushAtExit)
  }

  #assertOpen() {
    if (this.#closing !== undefined) throw closed()
  }

  /** Hands the current run over, unless it is empty. */
  #handOver() {
    const ctx = this.#ctx
    ctx.closeFrames()
    if (ctx.pos === ctx.start) return
    const queue = ctx.takeQueue()
    this.#batches++
    this.#operations += queue.operations
    try {
      if (this.#workers === 0) {
        this.#apply(queue)
      } else {
        queue.bytes = ctx.pos - ctx.start
        binding.drain(this.#dbCtx, ctx.pos)
        ctx.begin()
        this.#inFlight.add(this.#states[ctx.line + CTX_SEQ] >>> 0, queue)
        busy.add(this)
      }
    } catch (cause) {
      const { message } = /** @type {Error} */ (cause)
      this.#stop(queue, binding.refusal(this.#dbCtx) ?? { code: 'ERR_POISONED', message })
    }
  }

  /** Applies the current run here: a db without workers. @param {Queue} queue */
  #apply(queue) {
    const ctx = this.#ctx
    Atomics.store(this.#states, STATE_POS, ctx.start)
    const apply = this.#isDurable ? binding.commit : binding.modify
    const failures = apply(ctx.u8.subarray(ctx.start, ctx.pos), this.#dbCtx, this.#states)
    for (let i = 0; i < failures.length; i += 2) queue.fail(failures[i], failures[i + 1])
    ctx.reset()
    this.#settleQueue(queue)
  }

  /**
   * Settles what has been applied since the last call.
   * @param {boolean} looks whether it is called again in any case, in the end without; until then workers do not call
   */
  #settle(looks) {
    // Whatever is in flight: an announcement that is not taken would be the last.
    if (this.#ended) return
    const report = this.#report
    let entries
    do {
      entries = binding.finished(this.#dbCtx, looks)
      for (let at = 0; at < entries * REPORT_ENTRY; at += REPORT_ENTRY) {
        const seq = report[at]
        const end = report[at + 3]
        if (end === 0) this.#inFlight.queue(seq).fail(report[at + 1], report[at + 2])
        else if (this.#checkpoints.size > 0 && this.#checkpoints.has(seq)) this.#endCheckpoint(seq)
        else if (end === 1) this.#settleQueue(this.#inFlight.remove(seq))
        else this.#stop(this.#inFlight.remove(seq), /** @type {Failure} */ (binding.refusal(this.#dbCtx)))
      }
    } while (entries === REPORT_ENTRIES)
    this.#inFlight.wake()
    if (this.#inFlight.size === 0 && this.#checkpoints.size === 0) busy.delete(this)
  }

  /** @param {number} seq */
  #endCheckpoint(seq) {
    const checkpoint = /** @type {Checkpoint} */ (this.#checkpoints.get(seq))
    this.#checkpoints.delete(seq)
    checkpoint.end(binding.checkpointFailure(this.#dbCtx, seq))
  }

  /** @param {Queue} queue */
  #settleQueue(queue) {
    // The low half of a failure's code says why; there is one way to fail so far.
    queue.settle((code, id) => notFound(this.#types.list[code >>> 16], id))
  }

  /**
   * The store takes no more writes: `queue`, the current run and every later write reject.
   * @param {Queue} queue
   * @param {Failure} failure
   */
  #stop(queue, failure) {
    const error = () => refused(failure)
    queue.reject(error)
    if (this.#refuse === undefined) this.#refuse = error
    this.#ctx.abandon().reject(error)
    this.#inFlight.fail(error)
  }
}

exports.Db = Db
