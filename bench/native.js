'use strict'

// The native parts of the benchmark (bench/native/), built when a run needs them.

const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const ROOT = join(__dirname, '..')
const RELEASE = join(ROOT, 'target', 'bench', 'release')
/** @type {Partial<Record<NodeJS.Platform, string>>} */
const LIBRARY = { darwin: 'libmillrace_floor.dylib', win32: 'millrace_floor.dll' }
const PROGRAM = `millrace-scaling${process.platform === 'win32' ? '.exe' : ''}`

exports.scalingProgram = join(RELEASE, PROGRAM)
exports.floorLibrary = join(RELEASE, LIBRARY[process.platform] ?? 'libmillrace_floor.so')

/** @returns {string | undefined} why they can't be built */
exports.buildNative = () => {
  const args = ['build', '--release', '--locked', '--quiet', '--manifest-path', 'bench/native/Cargo.toml', '--target-dir', 'target/bench']
  const { status, error, stderr } = spawnSync('cargo', args, { cwd: ROOT, encoding: 'utf8' })
  if (error !== undefined) return error.message
  return status === 0 ? undefined : stderr.trim().split('\n')[0]
}

/** Loads the addon of the floors. @returns {Floor} */
exports.loadFloor = () => {
  if (!existsSync(exports.floorLibrary)) throw new Error('it is not built')
  /** @type {{ exports: any }} */
  const module = { exports: {} }
  process.dlopen(module, exports.floorLibrary)
  return module.exports
}

/**
 * @typedef {{ call: () => void, stop: () => void }} Echo a thread that answers each call by calling `onAnswer`
 * @typedef {object} Reader a thread that reads bytes of the memory, and has `onRead` called unless JavaScript looks by itself
 * @property {(start: number, end: number) => void} read
 * @property {() => number} take how many reads were done since the last call
 * @property {() => number} look the same when it is called again by itself, in the end `take`
 * @property {() => void} willLook
 * @property {() => void} stop
 * @typedef {object} Rows records of *members*
 * @property {(name: string, email: string, age: number, score: number, active: boolean) => void} add
 * @property {(block: Uint8Array) => () => string | undefined} getter
 * @typedef {object} Floor
 * @property {new (onAnswer: () => void, spins: boolean) => Echo} Echo
 * @property {new (memory: Uint8Array, onRead: () => void) => Reader} Reader
 * @property {new () => Rows} Rows
 */
