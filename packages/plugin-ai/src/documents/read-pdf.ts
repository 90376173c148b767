import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import type { LoadedDocument } from './loaded-document.js'

/** A line of a page as it is printed. */
interface Line {
  readonly text: string
  /** The height of its letters, and the place of its foot above the bottom of the page, in points. */
  readonly height: number
  readonly foot: number
}

/** What pdf.js tells of a piece of text. */
interface TextPiece {
  readonly str: string
  readonly hasEOL: boolean
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
 * @throws MAESTRO_AI_DOCUMENT_ENCRYPTED, MAESTRO_AI_DOCUMENT_DAMAGED, MAESTRO_AI_DOCUMENT_NO_TEXT
 */
export async function readPdf(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<LoadedDocument> {
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
      signal?.throwIfAborted()
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
    signal?.throwIfAborted()
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

/** The pieces of a page, put together line by line. */
function toLines(pieces: readonly TextPiece[]): Line[] {
  const lines: Line[] = []
  let text = ''
  let height = 0
  let foot: number | undefined
  const end = () => {
    if (text.trim() !== '') lines.push({ text: text.replace(/\s+/g, ' ').trim(), height, foot: foot ?? 0 })
    text = ''
    height = 0
    foot = undefined
  }
  for (const { str, hasEOL, height: size, transform } of pieces) {
    const at = transform[5] ?? 0
    if (foot !== undefined && Math.abs(at - foot) > Math.max(size, height) / 2 && str.trim() !== '') end()
    text += str
    if (str.trim() !== '') {
      height = Math.max(height, size)
      foot ??= at
    }
    if (hasEOL) end()
  }
  end()
  return lines
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
