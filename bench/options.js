'use strict'

const { parseArgs } = require('node:util')
const { peers } = require('./peers/index.js')
const { sizesOf } = require('./plan.js')
const { workloads } = require('./workloads/index.js')

/** What --only calls the Rust program. */
const SCALING = 'scaling'
/** And the writes of several JS threads at once. */
const THREADS = 'threads'

const HELP = `npm run bench -- [options]
  --quick            small sizes and one round: it shows that all runs, not how fast
  --only A,B         only these workloads: ${[...workloads.map(({ name }) => name), SCALING, THREADS].join(', ')}
  --peers A,B        only these peers: ${peers.map(({ name }) => name).join(', ')}
  --ticks A,B        only sizes of so many writes a tick, and neither ${SCALING} nor ${THREADS}
  --rounds N         so many rounds of each size (by default what a target is about has more than the rest; with --quick 1)
  --json FILE        also writes the results to a file, from which npm run bench:docs makes docs/performance.md`

/**
 * @typedef {object} Options
 * @property {boolean} quick
 * @property {number[]} [ticks] writes a tick of the only sizes that are measured
 * @property {number} [rounds]
 * @property {import('./workloads/workload.js').Workload[]} workloads
 * @property {boolean} scaling whether the Rust program runs too
 * @property {boolean} threads whether several JS threads write at once too
 * @property {import('./peers/peer.js').Peer[]} peers
 * @property {string} [json]
 */

/** @returns {Options | undefined} undefined if only help was wanted */
exports.parseOptions = () => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      peers: { type: 'string' },
      ticks: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' }
    }
  })
  if (values.help) {
    console.log(HELP)
    return undefined
  }
  const quick = values.quick ?? false
  const rounds = values.rounds ?? (quick ? '1' : undefined)
  const ticks = values.ticks?.split(',').map((tick) => integer('ticks', tick))
  const some = chosen('only', values.only, workloads, [SCALING, THREADS])
  if (ticks !== undefined && !some.some((workload) => sizesOf(workload, { quick, ticks }).length > 0)) {
    throw new TypeError(`--ticks: no workload has a size of ${values.ticks} writes a tick${quick ? ' with --quick' : ''}`)
  }
  return {
    quick,
    ...rounds !== undefined && { rounds: integer('rounds', rounds) },
    ...ticks !== undefined && { ticks },
    workloads: some,
    scaling: ticks === undefined && isChosen(SCALING, values.only),
    threads: ticks === undefined && isChosen(THREADS, values.only),
    peers: chosen('peers', values.peers, peers),
    ...values.json !== undefined && { json: values.json }
  }
}

/** @param {string} option @param {string} text */
function integer(option, text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`--${option} needs an integer from 1, not "${text}"`)
  return number
}

/** @param {string} name @param {string | undefined} only */
const isChosen = (name, only) => only === undefined || only.split(',').includes(name)

/**
 * @template {{ name: string }} T
 * @param {string} option @param {string | undefined} text @param {T[]} all @param {string[]} [others] that may be named too
 */
function chosen(option, text, all, others = []) {
  if (text === undefined) return all
  return text.split(',').filter((name) => !others.includes(name)).map((name) => {
    const found = all.find((one) => one.name === name.trim())
    if (found === undefined) throw new TypeError(`--${option}: there is no "${name}". See --help`)
    return found
  })
}
