'use strict'
// What the rule of docs/format.md says of a damaged segment, worked out from the sound one.

const HEADER = 32
const RECORD_HEADER = 40

/** The records of a sound segment: `{ lsn, synced, at, end }`, its first LSN, and its bytes with the zeros behind the records. */
const parseSegment = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const records = []
  for (let at = HEADER; at < bytes.length && bytes[at] !== 0;) {
    const end = at + RECORD_HEADER + view.getUint32(at + 24, true)
    records.push({ lsn: Number(view.getBigUint64(at + 8, true)), synced: Number(view.getBigUint64(at + 16, true)), at, end })
    at = end
  }
  return { first: Number(view.getBigUint64(16, true)), records, size: bytes.length }
}

/**
 * What opening must make of the last segment when it is damaged at byte `at`, or cut off there: `{ lsn, offset }` of what is
 * lost first, and whether it is a torn tail, since nothing of it is known to have been synced. `manifest` is the LSN that the
 * manifest says was synced. `undefined` if nothing is wrong.
 */
const judge = ({ first, records, size }, manifest, at, isCut) => {
  // The header is synced before there is a record; a shorter file never had one.
  if (at < HEADER) return { lsn: first, offset: 0, isTorn: isCut && manifest < first }
  const hit = records.find(({ end }) => at < end)
  if (hit === undefined) {
    const { lsn, end } = records.at(-1)
    // Zeros are no end with anything among them.
    return isCut || at === size ? undefined : { lsn: lsn + 1, offset: end, isTorn: true }
  }
  const isReadable = (record) => isCut ? record.at + RECORD_HEADER <= at : at < record.at || at >= record.at + RECORD_HEADER
  const marks = records.filter(isReadable).map(({ synced }) => synced)
  // The segment before was synced when this one began.
  const synced = Math.max(manifest, first - 1, ...marks)
  const isTorn = hit.lsn > synced
  return isCut && at === hit.at && isTorn ? { lsn: hit.lsn } : { lsn: hit.lsn, offset: hit.at, isTorn }
}

module.exports = { judge, parseSegment }
