'use strict'

// Keys and values for the stores of bytes. msgpackr with record structures is the fastest codec of npm for objects of
// one shape; lmdb brings it along.
const { Packr } = require('msgpackr')

const packr = new Packr({ structures: [] })

/** @param {object} record @returns {Buffer} */
exports.encode = (record) => packr.pack(record)

/** @param {Uint8Array} bytes @returns {object} */
exports.decode = (bytes) => packr.unpack(bytes)

/** The key of record number `index`: its type, and its id big-endian, so that keys sort by id.
 * @param {import('./peer.js').Workload} workload
 * @returns {(index: number) => Buffer}
 */
exports.keysOf = ({ types, shift }) => {
  const mask = types.length - 1
  return (index) => {
    const key = Buffer.allocUnsafe(5)
    key[0] = index & mask
    key.writeUInt32BE((index >>> shift) + 1, 1)
    return key
  }
}
