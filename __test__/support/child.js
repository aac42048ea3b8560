'use strict'

const { spawn } = require('node:child_process')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const PREAMBLE = `'use strict'
const { open, create, modify, drain, MillraceError } = require(${JSON.stringify(ROOT)})
`

/**
 * Runs `script` in a Node of its own, with the package's functions in scope.
 * Gives `{ code, signal, stdout, stderr }`; a child that does not end within `seconds` ends with the signal SIGKILL.
 */
const run = (script, { flags = [], env = {}, seconds = 30, esm = false } = {}) => new Promise((resolve, reject) => {
  const source = esm ? script : PREAMBLE + script
  const args = [...flags, ...(esm ? ['--input-type=module'] : []), '-e', source]
  // NODE_TEST_CONTEXT would make a child of the test runner report to it.
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_TEST_CONTEXT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (chunk) => { out[name] += chunk })
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  child.on('error', reject)
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    resolve({ code, signal, ...out })
  })
})

module.exports = { ROOT, run }
