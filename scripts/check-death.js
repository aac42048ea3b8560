'use strict'
// Every way to die, on every Node that can be had: runs the cases of __test__/death in processes of their own.
//   node scripts/check-death.js [--node 20,22] [--case text] [--short]
const path = require('node:path')
const { parseArgs } = require('node:util')
const { MAJORS, findNodes } = require('./nodes.js')

// By computed paths: tests are not type-checked, and so stay out of what `tsc` follows from here.
const DEATH = path.join(__dirname, '..', '__test__', 'death')
/** @type {any[]} */
const cases = require(path.join(DEATH, 'cases'))
const { runCase } = require(path.join(DEATH, 'support', 'run-case.js'))

/** Processes at a time. */
const AT_ONCE = 2
/** Characters of a program's output that a failure shows. */
const SHOWN = 2000

const { values } = parseArgs({
  options: { node: { type: 'string' }, case: { type: 'string', default: '' }, short: { type: 'boolean', default: false } }
})

/** @param {string} label @param {string} text */
const block = (label, text) => (text === '' ? '' : `\n  ${label}: ${text.slice(-SHOWN).trimEnd().replaceAll('\n', '\n    ')}`)

/**
 * Runs a case on one Node, as often as it says; whether it went well.
 * @param {import('./nodes.js').Node} node @param {any} one
 */
async function check(node, one) {
  const options = values.short ? { ...one.options, ...one.short } : one.options
  const times = values.short ? 1 : (one.times ?? 1)
  const started = Date.now()
  for (let time = 0; time < times; time++) {
    const { wrong, stdout, stderr } = await runCase(one, options ?? {}, node.path)
    if (wrong === undefined) continue
    console.log(`FAIL  Node ${node.version}  ${one.name}: ${wrong}${block('stdout', stdout)}${block('stderr', stderr)}`)
    return false
  }
  console.log(`ok    Node ${node.version}  ${one.name}  ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return true
}

async function main() {
  const nodes = findNodes(values.node === undefined ? MAJORS : values.node.split(',').map(Number))
  const chosen = cases.filter((one) => one.name.includes(values.case) && !(values.short && one.short === false))
  const queue = nodes.flatMap((node) => chosen.map((one) => ({ node, one })))
  /** @type {boolean[]} */
  const results = []
  const runQueue = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results.push(await check(next.node, next.one))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, runQueue))
  const passed = results.filter(Boolean).length
  console.log(`${passed} passed, ${results.length - passed} failed`)
  process.exitCode = passed === results.length && passed > 0 ? 0 : 1
}

main()
