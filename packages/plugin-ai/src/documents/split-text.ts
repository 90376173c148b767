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

/** Where texts are cut: at a size whatever stands there, or at the last boundary that fits. */
export type ChunkMethod = 'fixed' | 'sentence' | 'paragraph' | 'markdown' | 'recursive'

export interface SplitOptions {
  readonly method: ChunkMethod
  /** What a chunk has at most. */
  readonly size: number
  /** What it repeats of the one before at most; less than `size`. */
  readonly overlap: number
  readonly unit: ChunkUnit
}

/** A stretch of a text: `text.slice(start, end)`. */
export interface Chunk {
  readonly start: number
  readonly end: number
  /** Of Markdown: the headings over it, from the highest. */
  readonly headings?: readonly string[]
}

/** The boundaries that are tried, from the best. Where none fits, it is cut between two words, or else two characters. */
const boundaries: Readonly<Record<ChunkMethod, readonly Boundary[]>> = {
  fixed: [],
  sentence: [sentence],
  paragraph: [paragraph, sentence],
  markdown: [paragraph, line, sentence],
  recursive: [paragraph, line, sentence],
}

/**
 * Cuts a text into chunks of a size. Chunks have no white space around them, but for those of a `fixed` size, and there
 * is nothing but white space between them. A character as people see it is never cut: one that is larger than the size
 * by itself is a chunk.
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
  // Up to here all has been in a chunk.
  let covered = start
  while (start < end) {
    const whole = measure.size(start, end) <= size
    const cut = whole ? end : Math.min(end, cutAt(text, covered, measure.furthest(start, size), method))
    const last = trims ? skipSpaceBack(text, start, cut) : cut
    if (start < covered && measure.size(start, last) > size) {
      // The next character is so large that nothing can stand before it.
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

/** The best place to cut after `from`, so that what is before `limit` has the size that it may have. */
function cutAt(text: string, from: number, limit: number, method: ChunkMethod): number {
  // White space at the end of a chunk is taken off, so it may stand beyond the limit.
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

/** How far back white space is looked for: in scripts with few of it, what lies farther back is no better place. */
const spaceReach = 256

function lastWord(text: string, from: number, limit: number, reach: number): number {
  const at = lastBoundary(text, word, Math.max(from, limit - spaceReach), reach)
  return at === -1 ? lastWordWithoutSpaces(text, from, limit) : at
}

/** Where the next chunk begins, so that it repeats the end of the last: at a sentence, a word or a character. */
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
