'use strict'

/** @typedef {import('../tables.js').Table} Table */

/** Text columns are to the left, numbers to the right. @param {Table} table @returns {string} */
exports.tableOf = ({ head, rows }) => {
  const isNumber = head.map((_, column) => column > 0 && rows.every((row) => /^[–\d-]/.test(row[column] ?? '')))
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${isNumber.map((number) => (number ? '--:' : '---')).join('|')}|`, ...rows.map(line)].join('\n')
}

/**
 * Replaces `{{name}}` by what goes by that name; one without a value vanishes with its line.
 * @param {string} template @param {Map<string, string>} parts
 */
exports.fill = (template, parts) => template.replace(/^\{\{([\w-]+)\}\}\n/gm, (_, name) => (
  parts.has(name) ? `${parts.get(name)}\n` : ''
)).replace(/\n{3,}/g, '\n\n')

/**
 * Replaces what is between `<!-- name -->` and `<!-- /name -->`.
 * @param {string} text @param {string} name @param {string} content
 */
exports.between = (text, name, content) => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new TypeError(`There is no ${start} … ${end}`)
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}
