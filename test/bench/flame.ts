/** Draws what threads did as one SVG that needs nothing else: each box is a function as wide as its time, below its caller, in the colour of its area. */
import type { Flame } from './cpuprofile.ts'
import { shown } from './figures.ts'

export interface Drawn { readonly name: string, readonly flame: Flame }

const width_px = 1200
const row_px = 16
const letter_px = 6.1
/** A picture that is looked at and kept beside others. */
const bytes_max = 150_000
/** The last for all that come after. */
const colours = ['#7fb7be', '#e6b450', '#d98e73', '#9cb380', '#b39ddb', '#f28b82', '#8ab4f8', '#c5b18d', '#81c995', '#d7a9c4', '#e2cf6a', '#a1887f', '#d5d9dc']

const escaped = (text: string): string => text.replace(/[&<>"]/g, it => `&#${it.charCodeAt(0)};`)
const at = (px: number): string => String(Math.round(px * 10) / 10)

/** @returns the boxes of a function and what it calls, in the order of their names, so that two pictures can be laid beside each other, and how deep they go */
function boxes (flame: Flame, x: number, depth: number, top: number, scale: number, least_px: number, say: (flame: Flame) => string, colour: (area: string) => number): { svg: string, depth: number } {
  const width = flame.time * scale
  if (width < least_px) return { svg: '', depth }
  const y = top + depth * row_px
  const letters = Math.floor((width - 4) / letter_px)
  const text = letters < 4 ? '' : `<text x="${at(x + 2)}" y="${at(y + 12)}">${escaped(flame.name.slice(0, letters))}</text>`
  let svg = `<g><title>${escaped(say(flame))}</title><rect class="c${colour(flame.area)}" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="15"/>${text}</g>\n`
  let [left, deepest] = [x, depth]
  for (const child of [...flame.calls.values()].toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const below = boxes(child, left, depth + 1, top, scale, least_px, say, colour)
    svg += below.svg
    left += child.time * scale
    deepest = Math.max(deepest, below.depth)
  }
  return { svg, depth: deepest }
}

/** @param areas in the order in which they get their colours, each with what stands behind it in the legend */
function drawn (title: string, threads: readonly Drawn[], areas: ReadonlyArray<readonly [string, string]>, messages: number, least_px: number): string {
  const names = areas.map(([area]) => area)
  const colour = (area: string): number => names.includes(area) ? Math.min(names.indexOf(area), colours.length - 1) : colours.length - 1
  const all = threads.reduce((sum, { flame }) => sum + flame.time, 0)
  const scale = (width_px - 20) / Math.max(...threads.map(({ flame }) => flame.time))
  const say = ({ name, area, time }: Flame): string => `${name} – ${area}: ${shown(time / messages)} µs a message, ${(time / all * 100).toFixed(1)} %`
  const perRow = 4
  const legend = areas.map(([area, text], nth) => {
    const [x, y] = [10 + (nth % perRow) * 295, 40 + Math.floor(nth / perRow) * 18]
    return `<rect class="c${colour(area)}" x="${x}" y="${y - 10}" width="12" height="12"/><text x="${x + 17}" y="${y}">${escaped(`${area} ${text}`)}</text>`
  })
  let top = 40 + Math.ceil(areas.length / perRow) * 18 + 10
  const blocks: string[] = []
  for (const { name, flame } of threads) {
    const { svg, depth } = boxes(flame, 10, 0, top + 8, scale, least_px, say, colour)
    blocks.push(`<text x="10" y="${top}">${escaped(`${name}: ${shown(flame.time / messages)} µs a message`)}</text>\n${svg}`)
    top += 8 + (depth + 1) * row_px + 24
  }
  const styles = colours.map((it, nth) => `.c${nth}{fill:${it}}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width_px}" height="${top}" viewBox="0 0 ${width_px} ${top}" font-family="monospace" font-size="10">
<style>${styles}rect{stroke:#fff;stroke-width:.5}text{pointer-events:none}</style>
<rect width="${width_px}" height="${top}" fill="#fff"/><text x="10" y="20" font-size="13">${escaped(title)}</text>
${legend.join('\n')}\n${blocks.join('\n')}</svg>\n`
}

/**
 * @param messages by which times are divided
 * @returns the picture, of at most 150 kB: what is too narrow for that is left out
 */
export function flameGraph (title: string, threads: readonly Drawn[], areas: ReadonlyArray<readonly [string, string]>, messages: number): string {
  for (let least_px = 0.5; ; least_px *= 1.3) {
    const svg = drawn(title, threads, areas, messages, least_px)
    if (Buffer.byteLength(svg) <= bytes_max || least_px > width_px) return svg
  }
}
