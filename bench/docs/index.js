'use strict'

// Makes docs/performance.md, its charts and the README's numbers from the results of a run, so that no number is typed.
//   npm run bench -- --json docs/performance/results.json && npm run bench:docs [-- FILE]

const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Results } = require('../results.js')
const { cellsTable, floorsTable, groupsOf, growthTable, limitsTable, scalingTable, targetsTable, titleOf } = require('../tables.js')
const { crowdsTable, crowdsTitle } = require('../threads/tables.js')
const { chartsOf } = require('./charts.js')
const { draw } = require('./draw.js')
const { between, fill, tableOf } = require('./markdown.js')

/** @typedef {import('../tables.js').Table} Table */

const ROOT = join(__dirname, '..', '..')
const DOCS = join(ROOT, 'docs')
const README = join(ROOT, 'README.md')
const DEFAULT = join(DOCS, 'performance', 'results.json')

async function main() {
  const results = new Results(JSON.parse(readFileSync(process.argv[2] ?? DEFAULT, 'utf8')))
  mkdirSync(join(DOCS, 'performance'), { recursive: true })
  /** @type {Map<string, string>} */
  const parts = new Map()
  for (const { file, alt, spec } of chartsOf(results)) {
    writeFileSync(join(DOCS, 'performance', file), `${await draw(spec)}\n`)
    parts.set(`chart-${file.replace('.svg', '')}`, `![${alt}](performance/${file})`)
  }
  addText(parts, results)
  const template = readFileSync(join(__dirname, 'template.md'), 'utf8')
  writeFileSync(join(DOCS, 'performance.md'), fill(template, parts))
  writeFileSync(README, between(readFileSync(README, 'utf8'), 'numbers', headline(results)))
}

/** @param {Map<string, string>} parts @param {Results} results */
function addText(parts, results) {
  const { run } = results
  const { machine, date, command, quick, peers, missing } = run
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`)
  parts.set('command', ['```sh', `npm install --prefix bench && ${command}`, '```'].join('\n'))
  parts.set('machine', [
    `- ${date}; ${machine.cpu}, ${machine.cpus} CPUs, ${machine.memory}; ${machine.system}`,
    `- Node ${machine.node}; ${versions.join(', ')}`
  ].join('\n'))
  if (quick) parts.set('quick', '**These are the numbers of a quick run: they show that all of it runs, and no more.**')
  parts.set('peers', tableOf({ head: ['peer', 'how it is used'], rows: peers.map(({ name, use }) => [name, use]) }))
  if (missing.length > 0) parts.set('missing', missing.map(({ name, reason }) => `- Left out: ${name}, because ${reason}.`).join('\n'))
  /** @type {[string, Table | undefined][]} */
  const tables = [
    ['targets', targetsTable(results)], ['growth', growthTable(results)], ['scaling', scalingTable(results)],
    ['floors', floorsTable(results)], ['limits', limitsTable(results)], ['threads', crowdsTable(results)]
  ]
  for (const [name, table] of tables) if (table !== undefined) parts.set(name, tableOf(table))
  if (run.crowds.length > 0) parts.set('threads-title', `${crowdsTitle(results)}.`)
  for (const cells of groupsOf(results)) {
    const [cell] = cells
    if (cell === undefined) continue
    parts.set(`${cell.workload}-${cell.tick}`, `${titleOf(cells)}:\n\n${tableOf(cellsTable(results, cells))}`)
  }
}

/** What the README shows. @param {Results} results */
function headline(results) {
  const { machine } = results.run
  return `
![End to end time of a create, by store](docs/performance/members.svg)

Records of 5 fields, 2 of them strings, 1,000 a tick; medians of interleaved rounds on ${machine.cpus} CPUs (${machine.cpu}),
Node ${machine.node}. [docs/performance.md](docs/performance.md) has the other workloads, where others win, what was aimed
at, and the command.
`
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
