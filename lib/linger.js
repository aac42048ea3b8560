'use strict'
// Turns that the event loop makes instead of going to sleep while workers apply a batch of some microseconds. In each it looks for
// what has finished, and workers call JavaScript only if they were about to when the turns began: to be woken, and to be called by
// another thread, takes JavaScript's thread longer, and more of its CPU. Awaited ticks of 10 writes over 8 types take half as long, of 1
// a sixth less; un-awaited ones of 1 take a third less, of 10 over 8 types a seventh.

const { availableParallelism } = require('node:os')
const { clearImmediate, setImmediate } = require('node:timers')

/** Most turns, about a microsecond each. */
const TURNS = 8
/** More bytes are not applied within them. */
const MOST_BYTES = 16 * 1024
const Immediate = classOfImmediates()

/**
 * @typedef {object} Owner
 * @property {() => void} willLook `settle` will be called in any case, in the end with false: until then no more is announced
 * @property {(looks: boolean) => void} settle settles what has finished; `looks`: it will be called again in any case, in the end with false
 */

class Linger {
  #inFlight
  #owner
  /** Turns that are left; 0 when none is due. */
  #turns = 0
  /** Batches that had ended when it began to turn. */
  #ended = 0
  #turn

  /**
   * @param {Pick<import('./in-flight.js').InFlight, 'size' | 'bytes' | 'ended'>} inFlight
   * @param {Owner} owner
   */
  constructor(inFlight, owner) {
    this.#inFlight = inFlight
    this.#owner = owner
    this.#turn = () => {
      try {
        owner.settle(true)
      } finally {
        const rest = inFlight.size > 0 ? this.#turns - 1 : 0
        this.#turns = 0
        try {
          if (rest > 0) this.#turnAgain(rest)
        } finally {
          if (!this.isTurning) owner.settle(false)
        }
      }
    }
  }

  /**
   * Only with a turn that is due are there turns left, so that they end with announcements on, whatever happens. An immediate that is not
   * Node's may never come: zone.js chooses at each call.
   * @param {number} turns
   */
  #turnAgain(turns) {
    const immediate = setImmediate(this.#turn)
    if (immediate instanceof Immediate) this.#turns = turns
  }

  /** Whether a turn is due: it will settle what has finished. */
  get isTurning() {
    return this.#turns > 0
  }

  /**
   * A tick has ended. While it turns, only a batch that has ended makes it turn anew: who writes meanwhile does not. It does not look
   * yet: what settles could write again in the same tick, and keep the event loop from turning.
   */
  begin() {
    const { bytes, ended } = this.#inFlight
    const { isTurning } = this
    if (bytes === 0 || bytes > MOST_BYTES || (isTurning && ended === this.#ended)) return
    this.#ended = ended
    if (isTurning) this.#turns = TURNS
    else {
      this.#turnAgain(TURNS)
      if (this.isTurning) this.#owner.willLook()
    }
  }
}

/**
 * The class of Node's immediates, or Object if `setImmediate` is not its own: what a test has put in its place calls back when the test
 * says so, or never.
 */
function classOfImmediates() {
  const count = () => process.getActiveResourcesInfo?.().filter((resource) => resource === 'Immediate').length ?? 0
  const before = count()
  const immediate = setImmediate(() => {})
  if (count() === before) return Object
  clearImmediate(immediate)
  return immediate.constructor
}

exports.Linger = Linger
exports.MOST_BYTES = MOST_BYTES
exports.TURNS = TURNS
/** Whether the event loop may turn instead of sleeping: on one CPU workers need it. */
exports.canLinger = availableParallelism() > 1 && Immediate !== Object
