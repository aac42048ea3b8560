'use strict'
// Everything at once, for a long time, against the model: see __test__/soak. A seed repeats the same activities, though not
// how threads take turns; `--first` starts with a later one of them.
//   node scripts/soak.js [minutes] [--seed N] [--first N]
const { spawn } = require('node:child_process')
const path = require('node:path')
const { parseArgs } = require('node:util')

const PROGRAM = path.join(__dirname, '..', '__test__', 'soak', 'program.js')
const MINUTES = 30
/** A line comes twice a minute or more often, also when an activity that does not end is waited for. */
const MOST_SILENT_SECONDS = 300

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, first: { type: 'string', default: '0' } }
})

/** @param {string} name @param {string} text @param {boolean} whole */
function parseNumber(name, text, whole) {
  const number = Number(text)
  if (text !== '' && number >= 0 && (whole ? Number.isSafeInteger(number) : Number.isFinite(number))) return number
  throw new Error(`${name} must be a ${whole ? 'whole ' : ''}number, got ${text}`)
}

const options = {
  minutes: parseNumber('minutes', positionals[0] ?? String(MINUTES), false),
  seed: parseNumber('--seed', values.seed ?? String(Date.now() % 2 ** 32), true),
  first: parseNumber('--first', values.first, true)
}
console.log(`soak of ${options.minutes} minutes, seed ${options.seed}`)

const child = spawn(process.execPath, ['--expose-gc', PROGRAM, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
const watchdog = setTimeout(() => child.kill('SIGKILL'), MOST_SILENT_SECONDS * 1000)
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk)
  watchdog.refresh()
})
child.on('close', (code, signal) => {
  clearTimeout(watchdog)
  if (code !== 0) console.log(`FAIL  seed ${options.seed} ended with ${signal ?? code}`)
  process.exitCode = code === 0 ? 0 : 1
})
