'use strict'

/**
 * Draws a Vega-Lite specification as SVG. Vega measures text itself where there is no canvas.
 * @param {object} spec
 * @returns {Promise<string>}
 */
exports.draw = async (spec) => {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')])
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}
