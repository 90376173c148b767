import { posix } from 'node:path'
import type { StoredFile } from '../places/stored-file.js'
import { unreadable } from '../unreadable.js'
import { type NumberFormat, numberFormatOf } from './cell-dates.js'
import { decodeText } from './cell-text.js'
import { type XmlEvent, xmlEvents } from './xml-events.js'
import { mostWhole, ZipArchive } from './zip-archive.js'

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string
  /** The part of the archive that holds its cells. */
  readonly part: string
  readonly isHidden: boolean
}

/** An open workbook: what its cells refer to. */
export interface Workbook {
  readonly archive: ZipArchive
  readonly sheets: readonly Sheet[]
  readonly dates: 1900 | 1904
  readonly sharedTexts: readonly string[]
  /** What the number of a cell means, by its style. */
  readonly formats: readonly NumberFormat[]
}

/** @throws MAESTRO_FS_CONTENT */
export async function openWorkbook(file: StoredFile): Promise<Workbook> {
  const archive = await ZipArchive.open(file)
  const part = (await relations(archive, '_rels/.rels')).find(({ type }) => type.endsWith('/officeDocument'))?.target
  const main = part ?? 'xl/workbook.xml'
  if (!archive.has(main)) throw unreadable('it is no .xlsx file')
  if (main.endsWith('.bin')) throw unreadable('it is a binary workbook, .xlsb; save it as .xlsx')
  const folder = posix.dirname(main)
  const related = await relations(archive, `${folder}/_rels/${posix.basename(main)}.rels`, folder)
  const partOf = (kind: string) => related.find(({ type }) => type.endsWith(`/${kind}`))?.target
  const sheets: Sheet[] = []
  let dates: 1900 | 1904 = 1900
  let isWorkbook = false
  await eachTag(archive, main, (name, attributes) => {
    if (name === 'workbook') isWorkbook = true
    if (name === 'workbookPr' && /^(1|true)$/.test(attributes.date1904 ?? '')) dates = 1904
    if (name !== 'sheet') return
    const { target, type } = related.find(({ id }) => id === attributes.id) ?? {}
    // Charts and macros are sheets without cells.
    if (target === undefined || type?.endsWith('/worksheet') !== true) return
    sheets.push({ name: attributes.name ?? '', part: target, isHidden: (attributes.state ?? 'visible') !== 'visible' })
  })
  if (!isWorkbook) throw unreadable('it is no .xlsx file')
  if (sheets.length === 0) throw unreadable('it has no sheet with cells')
  return {
    archive,
    sheets,
    dates,
    sharedTexts: await sharedTexts(archive, partOf('sharedStrings')),
    formats: await numberFormats(archive, partOf('styles')),
  }
}

interface Relation {
  readonly id: string
  readonly type: string
  readonly target: string
}

async function relations(archive: ZipArchive, part: string, folder = ''): Promise<readonly Relation[]> {
  const found: Relation[] = []
  if (!archive.has(part)) return found
  await eachTag(archive, part, (name, { Id = '', Type = '', Target = '', TargetMode }) => {
    if (name !== 'Relationship' || TargetMode === 'External') return
    found.push({ id: Id, type: Type, target: Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target) })
  })
  return found
}

async function eachTag(
  archive: ZipArchive,
  part: string,
  see: (name: string, attributes: Readonly<Record<string, string>>) => void,
): Promise<void> {
  for await (const events of xmlEvents(archive.stream(part, mostWhole)))
    for (const event of events) if (event.kind === 'open') see(event.name, event.attributes)
}

/** Gathers the text of rich text, without the text of its pronunciation. */
export class RichText {
  #text = ''
  #isText = false
  #pronounced = 0

  see(event: XmlEvent): void {
    if (event.kind === 'text') {
      if (this.#isText && this.#pronounced === 0) this.#text += event.text
      return
    }
    const isOpen = event.kind === 'open' && !event.isEmpty
    if (event.name === 't') this.#isText = isOpen
    if (event.name === 'rPh' && (event.kind === 'close' || isOpen)) this.#pronounced += isOpen ? 1 : -1
  }

  take(): string {
    const text = decodeText(this.#text)
    this.#text = ''
    return text
  }
}

async function sharedTexts(archive: ZipArchive, part: string | undefined): Promise<readonly string[]> {
  const texts: string[] = []
  if (part === undefined || !archive.has(part)) return texts
  const rich = new RichText()
  for await (const events of xmlEvents(archive.stream(part, mostWhole))) {
    for (const event of events) {
      rich.see(event)
      const isEnd = event.kind === 'close' || (event.kind === 'open' && event.isEmpty)
      if (event.kind !== 'text' && event.name === 'si' && isEnd) texts.push(rich.take())
    }
  }
  return texts
}

async function numberFormats(archive: ZipArchive, part: string | undefined): Promise<readonly NumberFormat[]> {
  if (part === undefined || !archive.has(part)) return []
  const codes = new Map<number, string>()
  const formats: NumberFormat[] = []
  let isCell = false
  for await (const events of xmlEvents(archive.stream(part, mostWhole))) {
    for (const event of events) {
      if (event.kind !== 'text' && event.name === 'cellXfs') isCell = event.kind === 'open'
      if (event.kind !== 'open') continue
      const id = Number(event.attributes.numFmtId ?? 0)
      if (event.name === 'numFmt') codes.set(id, event.attributes.formatCode ?? '')
      else if (event.name === 'xf' && isCell) formats.push(numberFormatOf(id, codes.get(id)))
    }
  }
  return formats
}
