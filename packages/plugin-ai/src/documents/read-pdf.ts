import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import { assertPdfInflates } from './assert-pdf-inflates.js'
import type { LoadedDocument } from './loaded-document.js'
import { type Fragment, inReadingOrder } from './pdf-columns.js'

/** A line of a page as it is printed. */
type Line = Pick<Fragment, 'text' | 'height' | 'foot'>

/** What pdf.js tells of a piece of text. */
interface TextPiece {
  readonly str: string
  readonly hasEOL: boolean
  readonly width: number
  readonly height: number
  readonly transform: readonly number[]
}

/** Lines that are so much higher than most are headings, if they are short. */
const headingRatio = 1.2
const longestHeading = 120
/** Lines that lie so many heights apart belong to different paragraphs. */
const paragraphGap = 1.7
/** The lines of one heading stand closer. */
const headingGap = 1.4

/**
 * The text of a PDF as Markdown: paragraphs by the space between lines, headings by the height of letters.
 *
 * @throws MAESTRO_AI_DOCUMENT_ENCRYPTED, MAESTRO_AI_DOCUMENT_INFLATES, MAESTRO_AI_DOCUMENT_DAMAGED, MAESTRO_AI_DOCUMENT_NO_TEXT
 */
export async function readPdf(
  bytes: Uint8Array,
  { name, maxInflatedSize }: { readonly name: string; readonly maxInflatedSize: number },
): Promise<LoadedDocument> {
  assertPdfInflates(bytes, { name, maxInflatedSize })
  const { getDocumentProxy } = await import('unpdf')
  let document: Awaited<ReturnType<typeof getDocumentProxy>>
  try {
    // pdf.js takes the memory of the bytes away from whoever gives them. Of messages it prints errors alone.
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
 * Where pdf.js finds the tables of characters for fonts that are not in the document, as is usual for Chinese, Japanese
 * and Korean. They come with the package pdfjs-dist, which is large for what is seldom needed.
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

/** Blanks between pieces that are wider than this many heights part columns. */
const columnGap = 1.5

/** The pieces of a page, put together line by line in reading order. */
function toLines(pieces: readonly TextPiece[]): Line[] {
  const lines: Fragment[] = []
  for (const fragment of inReadingOrder(toFragments(pieces))) {
    const last = lines.at(-1)
    // What stands on one line and did not turn out to be a column is one line.
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

const isSameLine = (one: Fragment, other: Fragment): boolean =>
  Math.abs(one.foot - other.foot) <= Math.max(one.height, other.height) / 2

/** Pieces that follow each other on a line without a wide gap. */
function toFragments(pieces: readonly TextPiece[]): readonly Fragment[] {
  const fragments: Fragment[] = []
  let open: { text: string; left: number; right: number; foot: number; height: number } | undefined
  const end = () => {
    const text = open?.text.replace(/\s+/g, ' ').trim() ?? ''
    if (open !== undefined && text !== '') fragments.push({ ...open, text })
    open = undefined
  }
  for (const { str, hasEOL, width, height, transform } of pieces) {
    const [left = 0, foot = 0] = transform.slice(4)
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

/** Two lines of a paragraph: a word that was parted is put together, and scripts without spaces get none. */
function joined(before: string, line: string): string {
  if (/\p{Ll}-$/u.test(before) && /^\p{Ll}/u.test(line)) return before.slice(0, -1) + line
  return wide.test(before.at(-1) ?? '') && wide.test(line[0] ?? '') ? before + line : `${before} ${line}`
}
