import {
  type Boundary,
  firstBoundary,
  isSpace,
  lastBoundary,
  lastWordWithoutSpaces,
  line,
  paragraph,
  sentence,
  word,
} from './boundaries.js'
import { graphemeEnd, graphemeStart } from './graphemes.js'
import { markdownSections } from './markdown-sections.js'
import { type ChunkUnit, type Measure, measureOf } from './measure.js'

/** The places to split texts: exactly at the size, or at the last boundary that fits. */
export type ChunkMethod = 'fixed' | 'sentence' | 'paragraph' | 'markdown' | 'recursive'

/** How a text is split into chunks. */
export interface SplitOptions {
  readonly method: ChunkMethod
  /** The maximum size of a chunk. */
  readonly size: number
  /** The maximum part of the previous chunk that a chunk repeats; less than `size`. */
  readonly overlap: number
  readonly unit: ChunkUnit
}

/** A range of a text: `text.slice(start, end)`. */
export interface Chunk {
  readonly start: number
  readonly end: number
  /** In Markdown, the enclosing headings, from the highest level. */
  readonly headings?: readonly string[]
}

/** The boundaries to try, the best first. If none fits, the cut is between two words, or between two characters. */
const boundaries: Readonly<Record<ChunkMethod, readonly Boundary[]>> = {
  fixed: [],
  sentence: [sentence],
  paragraph: [paragraph, sentence],
  markdown: [paragraph, line, sentence],
  recursive: [paragraph, line, sentence],
}

/**
 * Splits a text into chunks of a size. Except with `fixed`, chunks have no surrounding white space, and only white
 * space lies between them. A grapheme is never cut: one that exceeds the size is a chunk of its own.
 */
export function splitText(text: string, options: SplitOptions): readonly Chunk[] {
  const measure = measureOf(text, options.unit)
  if (options.method !== 'markdown') return [...chunksOf(text, { start: 0, end: text.length }, options, measure)]
  return markdownSections(text).flatMap((section) =>
    Array.from(chunksOf(text, section, options, measure), (chunk) => ({ ...chunk, headings: section.headings })),
  )
}

function* chunksOf(text: string, range: Chunk, options: SplitOptions, measure: Measure): Generator<Chunk> {
  const { method, size, overlap } = options
  const trims = method !== 'fixed'
  const end = trims ? skipSpaceBack(text, range.start, range.end) : range.end
  let start = trims ? skipSpace(text, range.start, end) : range.start
  // Everything up to here has been in a chunk.
  let covered = start
  while (start < end) {
    const whole = measure.size(start, end) <= size
    const cut = whole ? end : Math.min(end, cutAt(text, covered, measure.furthest(start, size), method))
    const last = trims ? skipSpaceBack(text, start, cut) : cut
    if (start < covered && measure.size(start, last) > size) {
      // The next character is so large that nothing fits before it.
      start = covered
      continue
    }
    yield { start, end: last }
    if (cut === end) return
    const next = overlap === 0 ? cut : overlapStart(text, start, cut, measure.earliest(cut, overlap), method)
    start = trims ? skipSpace(text, next, end) : next
    covered = trims ? skipSpace(text, cut, end) : cut
  }
}

/** The best place to cut between `from` and `limit`. */
function cutAt(text: string, from: number, limit: number, method: ChunkMethod): number {
  // White space at the end of a chunk is removed, so it may lie beyond the limit.
  const reach = skipSpace(text, limit, limit + spaceReach)
  for (const boundary of boundaries[method]) {
    const at = lastBoundary(text, boundary, from, reach)
    if (at !== -1) return at
  }
  const at = method === 'fixed' ? -1 : lastWord(text, from, limit, reach)
  if (at !== -1) return at
  const down = graphemeStart(text, limit)
  return down > from ? down : graphemeEnd(text, Math.max(limit, from + 1))
}

/**
 * The distance to search back for white space: in scripts with little white space, a more distant place is not better.
 */
const spaceReach = 256

function lastWord(text: string, from: number, limit: number, reach: number): number {
  const at = lastBoundary(text, word, Math.max(from, limit - spaceReach), reach)
  return at === -1 ? lastWordWithoutSpaces(text, from, limit) : at
}

/**
 * The start of the next chunk, which repeats the end of the previous one from a sentence, a word, or a character on.
 */
function overlapStart(text: string, from: number, cut: number, earliest: number, method: ChunkMethod): number {
  const start = Math.max(earliest, from + 1)
  for (const boundary of method === 'fixed' ? [] : [sentence, word]) {
    const at = firstBoundary(text, boundary, start, cut)
    if (at !== -1) return at
  }
  return Math.min(graphemeEnd(text, start), cut)
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isSpace(text.charCodeAt(at))) at++
  return at
}

function skipSpaceBack(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--
  return at
}
