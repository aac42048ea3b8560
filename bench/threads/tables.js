'use strict'

// What several JS threads that write at once give, as a title, a table and a ratio.

const { summaryOf } = require('../summary.js')

/** @typedef {import('../results.js').Results} Results */
/** @typedef {import('./index.js').Crowd} Crowd */
/** @typedef {import('./measure.js').Sample} Sample */
/** @typedef {Pick<Crowd, 'threads' | 'types' | 'mode'>} Which */

/** Millions of writes a second, of all threads together. @param {Sample} sample */
const rateOf = ({ wall }) => 1e3 / wall

/** @param {Sample[]} samples */
const rateRange = (samples) => {
  const { median, min, max } = summaryOf(samples.map(rateOf))
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`
}

/** @param {Results} results */
exports.crowdsTitle = ({ run }) => {
  const { tick, count, samples } = run.crowds[0] ?? { tick: 0, count: 0, samples: [] }
  const rounds = `${samples.length} ${samples.length === 1 ? 'round' : 'rounds'}`
  return `${run.machine.cpus} CPUs; ${count.toLocaleString('en-US')} creates of members into one store by 1, 2 and 4 JS threads, ` +
    `${tick.toLocaleString('en-US')} a tick, ${rounds}`
}

/**
 * How many times faster the first is, round by round.
 * @param {Crowd | undefined} crowd @param {Crowd | undefined} base
 */
function times(crowd, base) {
  const bases = base?.samples ?? []
  const ratios = (crowd?.samples ?? []).flatMap((sample, round) => {
    const other = bases[round]
    return other === undefined ? [] : [rateOf(sample) / rateOf(other)]
  })
  return ratios.length === 0 ? undefined : summaryOf(ratios)
}

/** @param {Results} results @param {Which} which @param {string} contender */
const find = ({ run }, { threads, types, mode }, contender) => run.crowds.find((crowd) => (
  crowd.contender === contender && crowd.threads === threads && crowd.types === types && crowd.mode === mode
))

/** Writes a second of millrace against lmdb. @param {Results} results @param {Which} which */
exports.crowdRatio = (results, which) => times(find(results, which, 'millrace'), find(results, which, 'lmdb'))

/** @param {Results} results @returns {import('../tables.js').Table | undefined} */
exports.crowdsTable = (results) => (results.run.crowds.length === 0 ? undefined : {
  head: ['', 'JS threads', 'millions a second', 'against 1 thread', 'against lmdb', 'all threads, ns a write'],
  rows: results.run.crowds.map((crowd) => {
    const { contender, mode, threads, types, samples } = crowd
    const alone = find(results, { threads: 1, types: 1, mode }, contender)
    return [
      `${contender}, ${mode}, ${types === 1 ? 'one type' : 'a type each'}`,
      String(threads),
      rateRange(samples),
      times(crowd, alone)?.median.toFixed(2) ?? '–',
      contender === 'lmdb' ? '–' : times(crowd, find(results, crowd, 'lmdb'))?.median.toFixed(1) ?? '–',
      summaryOf(samples.map(({ cpu }) => cpu)).median.toFixed(0)
    ]
  })
})
