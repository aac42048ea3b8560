'use strict'
// Reads beside writes for some seconds; prints, as JSON, how long they took.

const { readWhileWriting } = require('../support/reading')

const main = async () => console.log(JSON.stringify(await readWhileWriting(JSON.parse(process.argv[2]))))

main()
