'use strict'

/** A checkpoint that has not ended, and its promise. */
class Checkpoint {
  constructor() {
    /** @type {() => void} */
    this.resolve = () => {}
    /** @type {(error: Error) => void} */
    this.reject = () => {}
    /** @type {Promise<void>} */
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}

exports.Checkpoint = Checkpoint
