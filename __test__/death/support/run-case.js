'use strict'

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const PROGRAMS = path.join(__dirname, '..', 'programs')

/** The threads of a process that does not end, each with its state: what a hang is waiting for. */
const threadsOf = (pid) => {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).map((task) => {
      const status = fs.readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')
      return `${/Name:\t(.*)/.exec(status)[1]} ${/State:\t(\S)/.exec(status)[1]}`
    }).join(', ')
  } catch {
    return 'unknown'
  }
}

const matches = (text, expected) => (typeof expected === 'string' ? text === expected : expected.test(text))

/** What is wrong with how the program ended; nothing if it ended as its user would expect. */
const judge = (result, { code = 0, signal = null, stdout = 'end\n', stderr = '' } = {}) => {
  const { late } = result
  if (late !== undefined) {
    const finished = result.stdout.endsWith('end\n')
    return `${finished ? 'never tore down' : 'never finished'} in ${late.seconds} s; threads: ${late.threads}`
  }
  if (result.signal !== signal) return `ended by signal ${result.signal}, not ${signal}`
  if (result.code !== code) return `ended with ${result.code}, not ${code}`
  if (!matches(result.stdout, stdout)) return `printed something else than ${stdout}`
  if (!matches(result.stderr, stderr)) return `has something else than ${stderr === '' ? 'nothing' : stderr} on stderr`
  return undefined
}

/** The command that runs `args`, with at most `memory` KiB of address space. */
const limited = (args, memory) => (memory === undefined ? args : ['sh', '-c', `ulimit -v ${memory}; exec "$0" "$@"`, ...args])

/**
 * Runs the program of a case in a Node of its own, which gets `options` and an empty `folder` as JSON. Gives `{ wrong, code,
 * signal, stdout, stderr, ms }`; `wrong` is absent if all is as the case expects.
 */
const runCase = ({ program, flags = [], env = {}, expect, kill, memory, seconds = 60 }, options, node = process.execPath) =>
  new Promise((resolve, reject) => {
    // What a store on the disk leaves is removed when nobody writes to it any more.
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-'))
    const args = [node, ...flags, path.join(PROGRAMS, program), JSON.stringify({ ...options, folder })]
    const [command, ...rest] = limited(args, memory)
    const started = Date.now()
    const child = spawn(command, rest, {
      cwd: os.tmpdir(),
      // NODE_TEST_CONTEXT would make a child of the test runner report to it.
      env: { ...process.env, NODE_TEST_CONTEXT: '', NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const result = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (chunk) => { result[name] += chunk })
    // A program that waits for a signal prints a line first.
    if (kill !== undefined) child.stdout.once('data', () => child.kill(kill))
    const timer = setTimeout(() => {
      result.late = { seconds, threads: threadsOf(child.pid) }
      child.kill('SIGKILL')
    }, seconds * 1000)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      fs.rmSync(folder, { recursive: true })
      Object.assign(result, { code, signal, ms: Date.now() - started })
      resolve({ ...result, wrong: judge(result, expect) })
    })
  })

module.exports = { runCase }
