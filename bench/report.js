'use strict'

const { cellsTable, floorsTable, groupsOf, growthTable, limitsTable, scalingTable, targetsTable, titleOf } = require('./tables.js')
const { crowdsTable, crowdsTitle } = require('./threads/tables.js')

/** @typedef {import('./results.js').Results} Results */

/** @param {Results} results */
exports.report = (results) => {
  const { run } = results
  printHead(run)
  for (const cells of groupsOf(results)) {
    print(`${cells[0]?.workload}: ${titleOf(cells)}`, cellsTable(results, cells))
    for (const { peer, mode, failed } of cells) if (failed !== undefined) console.log(`${peer}, ${mode}, failed: ${failed}`)
  }
  print('growth: what a create costs while the store grows', growthTable(results))
  print('scaling: prepared regions applied by 1 and by 2 workers', scalingTable(results))
  print(`threads: ${crowdsTitle(results)}`, crowdsTable(results))
  print('floors: turns of the event loop, alone in a loop', floorsTable(results))
  print('the floor, what was measured, and what was aimed at', limitsTable(results))
  print('Targets', targetsTable(results))
}

/** @param {import('./results.js').Run} run */
function printHead({ machine, quick, peers, missing }) {
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`)
  console.log(`${machine.cpu}, ${machine.cpus} CPUs, ${machine.memory}, ${machine.system}, Node ${machine.node}`)
  console.log(versions.join(', '))
  console.log('Medians (min–max) of interleaved rounds, each in a process and a store of its own.')
  console.log('un-awaited: nothing waits until the very end; awaited: each tick is waited for; others are synchronous.')
  for (const { name, use } of peers) console.log(`  ${name.padEnd(20)} ${use}`)
  for (const { name, reason } of missing) console.log(`Left out: ${name}, because ${reason}`)
  if (quick) console.log('This was a quick run: its numbers say that all of it runs, and no more.')
}

/** @param {string} title @param {import('./tables.js').Table | undefined} table */
function print(title, table) {
  if (table === undefined || table.rows.length === 0) return
  const lines = [table.head, ...table.rows]
  const widths = table.head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  console.log(`\n${title}`)
  for (const line of lines) console.log(line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
}
