'use strict'

const WORKERS = [0, 1, 3]
/** The one of them that `npm test` runs. */
const SHORT = 3

/** Each case with no workers, one and several. */
const forWorkers = (cases) => WORKERS.flatMap((workers) => cases.map((one) => ({
  ...one,
  name: `${one.name}, ${workers} workers`,
  options: { workers, ...one.options },
  short: workers === SHORT && one.short
})))

module.exports = { forWorkers }
