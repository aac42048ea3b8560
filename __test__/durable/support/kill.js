'use strict'

const { spawn } = require('node:child_process')
const path = require('node:path')

const PROGRAMS = path.join(__dirname, '..', 'programs')

/**
 * Runs a program with `options` and kills it: `{ ms }` after its start, or once it has reported `{ lines }` lines on
 * fd 3, but after `{ most }` ms. Gives the lines, and what it printed to stderr.
 */
const runAndKill = (program, options, { ms, lines: count = Infinity, most = 10_000 }) => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, [path.join(PROGRAMS, program), JSON.stringify(options)], {
    // NODE_TEST_CONTEXT would make a child of the test runner report to it.
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe']
  })
  const texts = ['', '']
  const kill = () => child.kill('SIGKILL')
  const timer = setTimeout(kill, ms ?? most)
  let seen = 0
  for (const index of [0, 1]) {
    child.stdio[index + 2].setEncoding('utf8').on('data', (chunk) => {
      texts[index] += chunk
      if (index === 1 && (seen += chunk.split('\n').length - 1) >= count) kill()
    })
  }
  child.on('error', reject)
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    const [stderr, report] = texts
    // The last line may be cut off.
    if (signal === 'SIGKILL') resolve({ lines: report.split('\n').slice(0, -1), stderr })
    else reject(new Error(`${program} ended by itself with ${signal ?? code}\n${stderr}\n${report.slice(-2000)}`))
  })
})

module.exports = { runAndKill }
