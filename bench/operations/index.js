'use strict'

const { create } = require('./create.js')
const { modify, remove } = require('./change.js')
const { growth } = require('./growth.js')
const { get, scan } = require('./read.js')
const { single } = require('./single.js')

/** @type {Record<import('../workloads/workload.js').Operation, (subject: import('./subject.js').Subject) => Promise<import('./subject.js').Sample>>} */
exports.operations = { create, modify, delete: remove, single, get, scan, growth }
