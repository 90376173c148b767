import type { RunOverview } from '@maestro-dataflow/core/runtime'
import { textWidth } from '../terminal/text-width.js'
import { type Html, html } from './html.js'
import { formatCount } from './row-lists.js'

interface Node {
  readonly id: string
  readonly use: string
  readonly kind: 'source' | 'step' | 'sink'
  /** The rows that come in. */
  readonly rows: number | undefined
  readonly children: readonly Node[]
}

interface Placed {
  readonly node: Node
  readonly x: number
  readonly y: number
  readonly parent: Placed | undefined
}

const boxWidth = 200
const boxHeight = 44
const [columnWidth, rowHeight] = [boxWidth + 24, boxHeight + 44]

/** The pipeline as a drawing from top to bottom, with the number of rows on each edge. @param listOf The list behind an edge. */
export function drawPipeline(overview: RunOverview, listOf: (node: string) => number | undefined): Html {
  const placed = place(tree(overview))
  const width = Math.max(...placed.map(({ x }) => x)) + columnWidth
  const height = Math.max(...placed.map(({ y }) => y)) + rowHeight
  const edges = placed.flatMap((to) => (to.parent === undefined ? [] : [drawEdge(to, to.parent, listOf(to.node.id))]))
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="The pipeline">
${edges}${placed.map(drawBox)}</svg>`
}

function tree({ source, steps, sinks }: RunOverview): Node {
  const childrenOf = (id: string): readonly Node[] => [
    ...steps
      .filter(({ input }) => input === id)
      .map(
        (step): Node => ({
          id: step.id,
          use: step.use,
          kind: 'step',
          rows: step.counts?.rowsIn,
          children: childrenOf(step.id),
        }),
      ),
    ...sinks
      .filter(({ input }) => input === id)
      .map(
        (sink): Node => ({ id: sink.id, use: sink.location ?? sink.use, kind: 'sink', rows: sink.rows, children: [] }),
      ),
  ]
  return { id: 'source', use: source.use, kind: 'source', rows: source.rows, children: childrenOf('source') }
}

/** Branches stand side by side. */
function place(root: Node): readonly Placed[] {
  const placed: Placed[] = []
  let lane = 0
  const visit = (node: Node, depth: number, parent: Placed | undefined): void => {
    const here: Placed = { node, x: lane * columnWidth + 12, y: depth * rowHeight + 8, parent }
    placed.push(here)
    for (const [index, child] of node.children.entries()) {
      if (index > 0) lane++
      visit(child, depth + 1, here)
    }
  }
  visit(root, 0, undefined)
  return placed
}

function drawBox({ node, x, y }: Placed): Html {
  const middle = x + boxWidth / 2
  return html`<g class="node ${node.kind}"><rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="6"/>
<text x="${middle}" y="${y + 19}">${fitting(node.id, 26)}</text><text class="use" x="${middle}" y="${y + 35}">${fitting(node.use, 32)}</text>
<title>${node.id} ${node.use}</title></g>`
}

function drawEdge({ node, x, y }: Placed, from: Placed, list: number | undefined): Html {
  const [startX, startY, endX] = [from.x + boxWidth / 2, from.y + boxHeight, x + boxWidth / 2]
  const bend = startY + 20
  const path = `M${startX} ${startY} V${bend} H${endX} V${y}`
  const label = node.rows === undefined ? '' : formatCount(node.rows)
  const text = html`<text class="count" x="${endX + 6}" y="${y - 8}">${label}</text>`
  return html`<path class="edge" d="${path}"/>${
    list === undefined || label === ''
      ? text
      : html`<a href="#rows" data-list="${list}" aria-label="${label} rows into ${node.id}">${text}</a>`
  }`
}

/** The beginning of a text that fits into a box. */
function fitting(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let cut = ''
  for (const character of text) {
    if (textWidth(cut + character) >= width) break
    cut += character
  }
  return `${cut}…`
}
