import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import { assertPdfInflates } from './assert-pdf-inflates.js'
import type { LoadedDocument } from './loaded-document.js'
import { type Fragment, inReadingOrder } from './pdf-columns.js'

/** A printed line of a page. */
type Line = Pick<Fragment, 'text' | 'height' | 'foot'>

/** A text item of pdf.js. */
interface TextPiece {
  readonly str: string
  readonly hasEOL: boolean
  readonly width: number
  readonly height: number
  readonly transform: readonly number[]
}

/** Short lines that exceed the usual height by this factor are headings. */
const headingRatio = 1.2
const longestHeading = 120
/** Lines that are at least this many heights apart belong to different paragraphs. */
const paragraphGap = 1.7
/** The maximum distance between the lines of one heading. */
const headingGap = 1.4

/**
 * Converts the text of a PDF to Markdown. The space between lines separates paragraphs, and the height of letters marks
 * headings.
 *
 * @throws MAESTRO_AI_DOCUMENT_ENCRYPTED, MAESTRO_AI_DOCUMENT_INFLATES, MAESTRO_AI_DOCUMENT_DAMAGED,
 * MAESTRO_AI_DOCUMENT_NO_TEXT
 */
export async function readPdf(
  bytes: Uint8Array,
  { name, maxInflatedSize }: { readonly name: string; readonly maxInflatedSize: number },
): Promise<LoadedDocument> {
  assertPdfInflates(bytes, { name, maxInflatedSize })
  const { getDocumentProxy } = await import('unpdf')
  let document: Awaited<ReturnType<typeof getDocumentProxy>>
  try {
    // pdf.js detaches the memory of its input. It prints only errors.
    document = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0, ...characterMaps() })
  } catch (error) {
    throw failure(error, name)
  }
  try {
    const pages: Line[][] = []
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      pages.push(toLines(items.filter((item) => 'str' in item)))
      page.cleanup()
    }
    const texts = toMarkdown(pages)
    if (texts.every((text) => text === '')) throw aiError('MAESTRO_AI_DOCUMENT_NO_TEXT', { document: name })
    const { info } = await document.getMetadata()
    const title = (info as { Title?: unknown }).Title
    return { format: 'pdf', pages: texts, ...(typeof title === 'string' && title.trim() !== '' ? { title } : {}) }
  } catch (error) {
    throw failure(error, name)
  } finally {
    await document.loadingTask.destroy()
  }
}

/**
 * The location of the character maps for fonts that a document does not embed, which is common in Chinese, Japanese,
 * and Korean. They are part of the package pdfjs-dist, which is large and seldom needed.
 */
function characterMaps(): { readonly cMapUrl?: string; readonly cMapPacked?: boolean } {
  try {
    const found = createRequire(import.meta.url).resolve('pdfjs-dist/package.json')
    return { cMapUrl: join(dirname(found), 'cmaps/'), cMapPacked: true }
  } catch {
    return {}
  }
}

function failure(error: unknown, name: string): unknown {
  if (MaestroError.is(error)) return error
  const { name: kind, message } = error as Error
  if (kind === 'PasswordException') return aiError('MAESTRO_AI_DOCUMENT_ENCRYPTED', { document: name }, error)
  return aiError('MAESTRO_AI_DOCUMENT_DAMAGED', { document: name, format: 'pdf', reason: message }, error)
}

/** A blank that is wider than this many heights separates columns. */
const columnGap = 1.5

/**
 * The lines of a page, assembled from text items in reading order. Text in another direction, such as a note in the
 * margin or a table on its side, is read by itself.
 */
function toLines(pieces: readonly TextPiece[]): Line[] {
  const turned = pieces.map(upright)
  const directions = new Set(turned.map(({ direction }) => direction))
  return [...directions].flatMap((direction) => linesOf(turned.filter((piece) => piece.direction === direction)))
}

function linesOf(pieces: readonly UprightPiece[]): Line[] {
  const lines: Fragment[] = []
  for (const fragment of inReadingOrder(toFragments(pieces))) {
    const last = lines.at(-1)
    // Fragments on the same line that are not columns form one line.
    if (last !== undefined && isSameLine(last, fragment) && fragment.left >= last.left)
      lines[lines.length - 1] = {
        ...last,
        text: `${last.text} ${fragment.text}`,
        right: fragment.right,
        height: Math.max(last.height, fragment.height),
      }
    else lines.push(fragment)
  }
  return lines
}

/** A text item whose place is measured along and across its own direction. */
interface UprightPiece extends Pick<TextPiece, 'str' | 'hasEOL' | 'width' | 'height'> {
  readonly left: number
  readonly foot: number
  /** In steps of 15 degrees, so that a page that was scanned a little askew has one direction. */
  readonly direction: number
}

const step = Math.PI / 12

function upright({ str, hasEOL, width, height, transform }: TextPiece): UprightPiece {
  const [along = 1, across = 0, , , x = 0, y = 0] = transform
  const angle = Math.atan2(across, along)
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  const direction = Math.round(angle / step)
  return { str, hasEOL, width, height, left: x * cosine + y * sine, foot: y * cosine - x * sine, direction }
}

const isSameLine = (one: Fragment, other: Fragment): boolean =>
  Math.abs(one.foot - other.foot) <= Math.max(one.height, other.height) / 2

/** Text items that follow each other on a line without a wide gap. */
function toFragments(pieces: readonly UprightPiece[]): readonly Fragment[] {
  const fragments: Fragment[] = []
  let open: { text: string; left: number; right: number; foot: number; height: number } | undefined
  const end = () => {
    const text = open?.text.replace(/\s+/g, ' ').trim() ?? ''
    if (open !== undefined && text !== '') fragments.push({ ...open, text })
    open = undefined
  }
  for (const { str, hasEOL, width, height, left, foot } of pieces) {
    if (str.trim() === '') {
      if (open !== undefined) open.text += str
    } else {
      const high = Math.max(height, open?.height ?? 0)
      const goesOn =
        open !== undefined &&
        Math.abs(foot - open.foot) <= high / 2 &&
        left - open.right <= high * columnGap &&
        left >= open.left
      if (open === undefined || !goesOn) {
        end()
        open = { text: str, left, right: left + width, foot, height }
      } else {
        open.text += str
        open.right = Math.max(open.right, left + width)
        open.height = high
      }
    }
    if (hasEOL) end()
  }
  end()
  return fragments
}

/** The Markdown of each page. Heights are compared over the whole document. */
function toMarkdown(pages: readonly (readonly Line[])[]): readonly string[] {
  const body = usualHeight(pages.flat())
  const isHeading = ({ text, height }: Line) => height > body * headingRatio && text.length <= longestHeading
  const levels = [
    ...new Set(
      pages
        .flat()
        .filter(isHeading)
        .map(({ height }) => Math.round(height)),
    ),
  ].sort((a, b) => b - a)
  return pages.map((lines) => {
    const blocks: { text: string; level: number; last: Line }[] = []
    for (const line of lines) {
      const level = isHeading(line) ? Math.min(6, levels.indexOf(Math.round(line.height)) + 1) : 0
      const before = blocks.at(-1)
      const goesOn = before !== undefined && before.level === level && isNext(before.last, line, level > 0)
      if (goesOn) {
        before.text = joined(before.text, line.text)
        before.last = line
      } else blocks.push({ text: line.text, level, last: line })
    }
    return blocks.map(({ text, level }) => (level === 0 ? text : `${'#'.repeat(level)} ${text}`)).join('\n\n')
  })
}

function isNext(before: Line, line: Line, isHeading: boolean): boolean {
  const gap = before.foot - line.foot
  return gap >= 0 && gap <= Math.max(before.height, line.height) * (isHeading ? headingGap : paragraphGap)
}

/** The height of most letters. */
function usualHeight(lines: readonly Line[]): number {
  const letters = new Map<number, number>()
  for (const { text, height } of lines) {
    const rounded = Math.round(height * 2) / 2
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length)
  }
  return [...letters].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0
}

const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/

/** Joins two lines of a paragraph. A hyphenated word is rejoined, and scripts without spaces do not get one. */
function joined(before: string, line: string): string {
  if (/\p{Ll}-$/u.test(before) && /^\p{Ll}/u.test(line)) return before.slice(0, -1) + line
  return wide.test(before.at(-1) ?? '') && wide.test(line[0] ?? '') ? before + line : `${before} ${line}`
}
