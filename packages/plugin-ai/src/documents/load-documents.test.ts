import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { type MaestroError, pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { DocumentLoader } from './load-documents.js'
import { type ReadDocumentOptions, readDocument } from './read-document.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-documents-'))
cpSync(join(import.meta.dirname, '../__fixtures__/documents'), directory, { recursive: true })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array) => writeFileSync(join(directory, name), content)
const load = (name: string, options: ReadDocumentOptions = {}) => readDocument(name, name, options, { directory })
const failure = (name: string, options: ReadDocumentOptions = {}): Promise<MaestroError> =>
  load(name, options).then(
    (loaded) => expect.unreachable(JSON.stringify(loaded)),
    (error) => error,
  )

/** A page of HTML in GB18030: no tool of Node writes it. */
const gb18030 = Uint8Array.from([
  ...Buffer.from('<html><head><meta charset="gb2312"><title>'),
  ...[0xb2, 0xe8],
  ...Buffer.from('</title></head><body><p>'),
  ...[0xc1, 0xfa, 0xbe, 0xae],
  ...Buffer.from('</p></body></html>'),
])

/** An archive with one deflated file, which says that it is of a length of its choice. */
function zip(name: string, content: Buffer, says = content.length): Buffer {
  const packed = deflateRawSync(content)
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(packed.length, 18)
  head.writeUInt32LE(says, 22)
  head.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt32LE(says, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length + name.length, 12)
  end.writeUInt32LE(head.length + name.length + packed.length, 16)
  return Buffer.concat([head, Buffer.from(name), packed, entry, Buffer.from(name), end])
}

describe('formats', () => {
  test('a PDF: headings, paragraphs put together, pages', async () => {
    const { format, title, pages } = await load('lighthouse.pdf')
    expect([format, title, pages.length]).toEqual(['pdf', 'The Lighthouse of Arholma', 2])
    expect(pages[0]).toMatch(
      /^# The Lighthouse\n\n## History\n\nThe lighthouse of Arholma was built in 1768\. Its keeper/,
    )
    expect(pages[0]).toContain('steered by it for more than a hundred years.\n\nIt was painted white in 1820.')
    expect(pages[1]).toMatch(/^## Today\n\nThe light was put out in 1911\./)
  })

  test('a PDF in Chinese, whose fonts are not in it: no spaces between lines', async () => {
    const { pages, title } = await load('tea.pdf')
    expect(title).toBe('龙井茶')
    expect(pages[0]).toContain('# 龙井茶')
    expect(pages[0]).toContain('龙井茶产于浙江杭州西湖一带，已有一千二百余年历史。')
  })

  test('a Word document: headings, lists, tables', async () => {
    const { format, pages } = await load('hours.docx')
    expect(format).toBe('docx')
    expect(pages[0]).toContain('# Museum\n\nThe museum opens at nine and closes at five.')
    expect(pages[0]).toMatch(/- {1,3}Children are free\.\n- {1,3}Dogs stay outside\./)
    expect(pages[0]).toMatch(/\| Day \| Hours \|\n\| --- \| --- \|\n\| Monday \| closed \|(?!\n\|)/)
    expect(pages[0]).toContain('# 展览')
  })

  test('the parts that every page of a site repeats are removed', async () => {
    put(
      'page.html',
      `<!doctype html><html><head><title>A &amp; B</title><style>p{}</style></head><body><nav>Menu</nav>
       <h2>Fares</h2><script>alert(1)</script><ul><li>One <b>way</b></li></ul><table><tr><th>a</th></tr><tr><td>1</td></tr></table></body></html>`,
    )
    const { title, pages } = await load('page.html')
    expect(title).toBe('A & B')
    expect(pages[0]).toMatch(/^## Fares\n\n- {1,3}One \*\*way\*\*\n\n\| a {1,3}\|\n\| --- \|\n\| 1 {1,3}\|$/)
  })

  test('the format follows from the content, whatever the name says', async () => {
    put('really.txt', readFileSync(join(directory, 'lighthouse.pdf')))
    expect((await load('really.txt')).format).toBe('pdf')
    put('plain', 'No ending.')
    expect(await load('plain')).toEqual({ format: 'text', pages: ['No ending.'] })
    put('notes.md', 'x\r\n\r\n## Title here ##\r\ny')
    expect(await load('notes.md')).toEqual({
      format: 'markdown',
      title: 'Title here',
      pages: ['x\n\n## Title here ##\ny'],
    })
  })
})

describe('encodings', () => {
  const chinese = '龙井茶产于浙江杭州。'
  test.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${chinese}`)],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${chinese}`, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(`\ufeff${chinese}`, 'utf16le').swap16()],
  ])('%s', async (_what, bytes) => {
    put('text.txt', bytes)
    expect((await load('text.txt')).pages).toEqual([chinese])
  })

  test('UTF-16 without a mark', async () => {
    put('wide.txt', Buffer.from('Each second byte is zero.', 'utf16le'))
    expect((await load('wide.txt')).pages).toEqual(['Each second byte is zero.'])
  })

  test('GB18030: named by a page, given as an option, or found in a longer text', async () => {
    put('gb.html', gb18030)
    expect(await load('gb.html')).toMatchObject({ title: '茶', pages: ['龙井'] })
    const short = [0xc1, 0xfa, 0xbe, 0xae, 0xb2, 0xe8]
    put('gb.txt', Uint8Array.from(short))
    expect((await load('gb.txt', { encoding: 'gb18030' })).pages).toEqual(['龙井茶'])
    const sentence = [
      0xcb, 0xfb, 0xb5, 0xc4, 0xca, 0xe9, 0xca, 0xc7, 0xd2, 0xbb, 0xb1, 0xbe, 0xba, 0xc3, 0xca, 0xe9, 0xa3, 0xac, 0xce,
      0xd2, 0xc3, 0xc7, 0xb6, 0xbc, 0xcf, 0xb2, 0xbb, 0xb6, 0xa1, 0xa3,
    ]
    put('long.txt', Uint8Array.from(Array.from({ length: 20 }, () => sentence).flat()))
    expect((await load('long.txt')).pages[0]?.slice(0, 9)).toBe('他的书是一本好书，')
  })

  test('rather no text than a wrong one', async () => {
    put('wrong.txt', Uint8Array.from([0x41, 0xff, 0x80, 0x81]))
    expect((await failure('wrong.txt', { encoding: 'utf-8' })).code).toBe('MAESTRO_AI_DOCUMENT_ENCODING')
  })
})

describe('a document that cannot be read is reported', () => {
  test.each<[string, () => void, string]>([
    ['locked.pdf', () => {}, 'MAESTRO_AI_DOCUMENT_ENCRYPTED'],
    ['blank.pdf', () => {}, 'MAESTRO_AI_DOCUMENT_NO_TEXT'],
    [
      'cut.pdf',
      () => put('cut.pdf', readFileSync(join(directory, 'lighthouse.pdf')).subarray(0, 300)),
      'MAESTRO_AI_DOCUMENT_DAMAGED',
    ],
    [
      'cut.docx',
      () => put('cut.docx', readFileSync(join(directory, 'hours.docx')).subarray(0, 9000)),
      'MAESTRO_AI_DOCUMENT_DAMAGED',
    ],
    ['old.doc', () => put('old.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex')), 'MAESTRO_AI_DOCUMENT_ENCRYPTED'],
    [
      'program',
      () => put('program', Uint8Array.from([127, 69, 76, 70, 0, 0, 0, 1, 0, 0])),
      'MAESTRO_AI_DOCUMENT_FORMAT',
    ],
    ['empty.md', () => put('empty.md', ''), 'MAESTRO_MEDIA_EMPTY'],
    ['spaces.md', () => put('spaces.md', ' \n'), 'MAESTRO_AI_DOCUMENT_NO_TEXT'],
    ['missing.md', () => {}, 'MAESTRO_MEDIA_MISSING'],
    ['folder.md', () => mkdirSync(join(directory, 'folder.md')), 'MAESTRO_MEDIA_UNREADABLE'],
    ['../outside.md', () => {}, 'MAESTRO_MEDIA_PATH_OUTSIDE'],
    ['http://127.0.0.1:9/a.pdf', () => {}, 'MAESTRO_MEDIA_ADDRESS_PRIVATE'],
  ])('%s', async (name, prepare, code) => {
    prepare()
    expect((await failure(name)).code).toBe(code)
  })

  test('a document that is too large', async () => {
    put('large.md', 'x'.repeat(100))
    expect((await failure('large.md', { maxSize: 99 })).code).toBe('MAESTRO_MEDIA_TOO_LARGE')
  })

  test('sizes and times may be texts', async () => {
    put('large.md', 'x'.repeat(100))
    const limits = { input: 'path', maxInflatedSize: '64MiB', maxMemory: '1GiB', timeout: '30s' } as const
    const read = (maxSize: '99B' | '100B') =>
      new DocumentLoader({ ...limits, maxSize, access: { directory } }).run(new MemoryStorage([{ path: 'large.md' }]))
    await expect(read('99B')).rejects.toThrow('but the limit is 99')
    expect(await read('100B')).toMatchObject({ rows: 1, rejected: [] })
    expect(() => new DocumentLoader({ input: 'path', maxSize: 'large' as '1B' })).toThrow('a size is expected')
  })

  test.each([
    ['says so', undefined],
    ['lies about it', 1000],
  ])('an archive that grows beyond the bound and %s', async (_what, says) => {
    put('bomb.docx', zip('word/document.xml', Buffer.alloc(3_000_000), says))
    const { code, details } = await failure('bomb.docx', { maxInflatedSize: 1_000_000 })
    expect([code, details]).toEqual(['MAESTRO_AI_DOCUMENT_INFLATES', { document: 'bomb.docx', limit: 1_000_000 }])
  })
})

describe('as rows', () => {
  test('one of a document, with the places of its pages; or one of each page', async () => {
    const storage = () => new MemoryStorage([{ path: 'lighthouse.pdf', shelf: 3 }])
    const whole = storage()
    await new DocumentLoader({ input: 'path', access: { directory } }).run(whole)
    const [row] = await whole.rows()
    expect(row).toMatchObject({
      shelf: 3,
      document: 'lighthouse.pdf',
      format: 'pdf',
      pages: 2,
      title: 'The Lighthouse of Arholma',
    })
    const { text, page_starts: starts } = row as { text: string; page_starts: number[] }
    expect(starts.map((start) => text.slice(start, start + 10))).toEqual(['# The Ligh', '## Today\n\n'])

    const paged = storage()
    await new DocumentLoader({ input: 'path', rows: 'page', access: { directory } }).run(paged)
    expect((await paged.rows()).map(({ page }) => page)).toEqual([1, 2])
  })

  test('bytes, with a name of their own', async () => {
    const body = readFileSync(join(directory, 'hours.docx'))
    const storage = new MemoryStorage([{ body: new Uint8Array(body), called: 'hours' }, { body: 7 }])
    const { rejected } = await new DocumentLoader({ input: 'body', name: 'called' }).run(storage)
    expect(await storage.rows()).toMatchObject([{ document: 'hours', format: 'docx' }])
    expect(rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_DOCUMENT_REFERENCE' } }])
  })

  test('a source of folders and globs: one that cannot be read is rejected alone, ids are paths', async () => {
    mkdirSync(join(directory, 'shelf'))
    for (const name of ['hours.docx', 'locked.pdf', 'tea.pdf'])
      cpSync(join(directory, name), join(directory, 'shelf', name))
    put('shelf/picture.png', 'x')
    const shelf = pipeline('p').read('ai.load-documents', { path: ['shelf', 'shelf/*.docx'] })
    const project = maestro({ plugins: [ai], directory })
    const preview = await project.preview(shelf, 10)
    expect(preview.steps[0]?.rows.map(({ id, row }) => [id, row.document])).toEqual([
      ['shelf/hours.docx', 'shelf/hours.docx'],
      ['shelf/tea.pdf', 'shelf/tea.pdf'],
    ])
    expect(preview.rejects).toMatchObject([
      { id: 'shelf/locked.pdf', error: { code: 'MAESTRO_AI_DOCUMENT_ENCRYPTED' } },
    ])
  })

  test('a path that does not exist or lies outside of the project is an error before anything runs', async () => {
    const project = maestro({ plugins: [ai], directory })
    const reads = (path: string) => project.preview(pipeline('p').read('ai.load-documents', { path }))
    await expect(reads('none/*.md')).rejects.toThrow('none/*.md')
    await expect(reads('../')).rejects.toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
  })
})
