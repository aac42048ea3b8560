'use strict'
// The repository stays small: no file that git tracks is large, nor is the fuzz corpus as a whole.
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const MIB = 2 ** 20
const MOST_OF_A_FILE = MIB
/** By folder: most bytes of all its files. */
const MOST_OF_ALL = { '': 8 * MIB, 'fuzz/corpus/': 3 * MIB }

const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * MIB })
if (status !== 0) {
  console.log('sizes: not a clone, so nothing is tracked')
  process.exit(0)
}
// What was removed and not yet committed is still listed.
const files = stdout.split('\0').filter((name) => name !== '' && fs.existsSync(path.join(root, name)))
  .map((name) => ({ name, bytes: fs.lstatSync(path.join(root, name)).size }))

const tooLarge = files.filter(({ bytes }) => bytes > MOST_OF_A_FILE)
  .map(({ name, bytes }) => `${name} has ${bytes} bytes, more than ${MOST_OF_A_FILE}`)
for (const [folder, most] of Object.entries(MOST_OF_ALL)) {
  const sum = files.filter(({ name }) => name.startsWith(folder)).reduce((total, { bytes }) => total + bytes, 0)
  if (sum > most) tooLarge.push(`the files ${folder === '' ? 'of the repository' : `of ${folder}`} have ${sum} bytes, more than ${most}`)
}
if (tooLarge.length > 0 || files.length === 0) {
  console.error(tooLarge.join('\n') || 'git tracks no file: what this looks for has changed')
  process.exit(1)
}
console.log(`sizes: ${files.length} files, ${files.reduce((total, { bytes }) => total + bytes, 0)} bytes`)
