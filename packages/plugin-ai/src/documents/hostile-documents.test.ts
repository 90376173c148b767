import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, deflateSync } from 'node:zlib'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { type ReadDocumentOptions, readDocument } from './read-document.js'
import { splitText } from './split-text.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-hostile-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const read = (name: string, bytes: Uint8Array | string, options: ReadDocumentOptions = {}, signal?: AbortSignal) =>
  readDocument(Buffer.from(bytes), name, options, { directory, ...(signal === undefined ? {} : { signal }) })

interface ArchiveFile {
  readonly name: string
  readonly content: Buffer
}

/** An archive. @param change May make the end record lie. */
function zip(files: readonly ArchiveFile[], change: (end: Buffer) => void = () => {}): Buffer {
  const parts: Buffer[] = []
  const directoryParts: Buffer[] = []
  let offset = 0
  for (const { name, content } of files) {
    const packed = deflateRawSync(content)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50)
    head.writeUInt16LE(8, 8)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(content.length, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(content.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    parts.push(head, Buffer.from(name), packed)
    directoryParts.push(entry, Buffer.from(name))
    offset += head.length + name.length + packed.length
  }
  const list = Buffer.concat(directoryParts)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  change(end)
  return Buffer.concat([...parts, list, end])
}

const body = (paragraphs: string) =>
  Buffer.from(
    `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraphs}</w:body></w:document>`,
  )
const docx = (paragraphs: string) => zip([{ name: 'word/document.xml', content: body(paragraphs) }])
const good = docx('<w:p><w:r><w:t>A good document.</w:t></w:r></w:p>')

/** A PDF with one compressed stream. */
const pdfOf = (stream: Buffer, filters: string) =>
  Buffer.concat([
    Buffer.from(`%PDF-1.4\n1 0 obj\n<< /Length ${stream.length} /Filter ${filters} >>\nstream\n`),
    stream,
    Buffer.from('\nendstream\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF'),
  ])

describe('a document that goes beyond its limits is that row’s reject', () => {
  test('of memory: millions of paragraphs', async () => {
    await expect(
      read('paragraphs.docx', docx('<w:p/>'.repeat(4_000_000)), { maxMemory: 200 * 1024 ** 2 }),
    ).rejects.toMatchObject({ code: 'MAESTRO_AI_DOCUMENT_LIMIT', details: { exceeded: 'memory' } })
    expect((await read('good.docx', good)).pages).toEqual(['A good document.'])
  })

  test('of time: a hundred thousand nested elements; meanwhile this process goes on', async () => {
    let turns = 0
    const clock = setInterval(() => turns++, 5)
    const html = `${'<div>'.repeat(100_000)}x`
    await expect(read('nested.html', html, { timeout: 1500 })).rejects.toMatchObject({
      code: 'MAESTRO_AI_DOCUMENT_LIMIT',
      details: { exceeded: 'time', timeout: 1500 },
    })
    clearInterval(clock)
    expect(turns).toBeGreaterThan(20)
  })

  test('the rows beside it go on', async () => {
    writeFileSync(join(directory, 'nested.html'), `${'<div>'.repeat(100_000)}x`)
    writeFileSync(join(directory, 'good.docx'), good)
    const rows = ['good.docx', 'nested.html', 'good.docx'].map((path) => ({ path }))
    const loading = pipeline('p').from(rows).step('ai.load-documents', { input: 'path', timeout: 20_000 })
    const project = maestro({ plugins: [ai], directory })
    const { steps, rejects } = await project.preview(loading, 3)
    await project.dispose()
    expect(steps.at(-1)?.rows.map(({ row }) => row.text)).toEqual(['A good document.', 'A good document.'])
    expect(rejects).toMatchObject([{ id: 'rows:2', error: { code: 'MAESTRO_AI_DOCUMENT_LIMIT' } }])
  })

  test('a run that is stopped ends the parser at once', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new RangeError('enough')), 300)
    await expect(read('nested.html', `${'<div>'.repeat(100_000)}x`, {}, stop.signal)).rejects.toThrow('enough')
  })
})

describe('maxInflatedSize counts what is really unpacked', () => {
  const limit = { maxInflatedSize: 1024 ** 2 }
  const large = Buffer.alloc(4 * 1024 ** 2, 'a')
  const tooMuch = { code: 'MAESTRO_AI_DOCUMENT_INFLATES' }

  test('in a DOCX whose end record says that it holds one file', async () => {
    const files = [
      { name: 'word/document.xml', content: body('') },
      { name: 'word/large.xml', content: large },
    ]
    const lying = zip(files, (end) => end.writeUInt16LE(1, 10))
    await expect(read('lying.docx', lying, limit)).rejects.toMatchObject(tooMuch)
  })

  test('a DOCX with a second directory is refused', async () => {
    const second = zip([{ name: 'word/document.xml', content: body('') }], (end) => end.writeUInt32LE(0xffffffff, 16))
    await expect(read('second.docx', second, limit)).rejects.toMatchObject({ code: 'MAESTRO_AI_DOCUMENT_DAMAGED' })
  })

  test.each([
    ['compressed once', pdfOf(deflateSync(large), '/FlateDecode')],
    ['compressed twice', pdfOf(deflateSync(deflateSync(large)), '[/FlateDecode /Fl]')],
    ['cut off', pdfOf(deflateSync(large).subarray(0, -8), '/FlateDecode')],
    [
      'with closing line of another system',
      pdfOf(Buffer.concat([deflateSync(large), Buffer.from('\r')]), '/FlateDecode'),
    ],
  ])('in a PDF whose stream is %s', async (_, pdf) => {
    await expect(read('bomb.pdf', pdf, limit)).rejects.toMatchObject(tooMuch)
  })
})

describe('texts of many blanks take time that grows with their length', () => {
  test.each([
    ['a heading', (n: number) => `# a${' '.repeat(n)}b`],
    ['a heading with closing signs', (n: number) => `# a${' #'.repeat(n / 2)}b`],
    ['an empty heading', (n: number) => `#${'\t'.repeat(n)}\u00a0`],
  ])('%s', async (_, make) => {
    const timeOf = async (length: number) => {
      const text = make(length)
      const started = performance.now()
      await read('blanks.md', text)
      splitText(text, { method: 'markdown', size: 500, overlap: 0, unit: 'characters' })
      return performance.now() - started
    }
    await timeOf(1000)
    const [short, long] = [await timeOf(50_000), await timeOf(400_000)]
    // Eight times the length; the square would take 64 times as long.
    expect(long).toBeLessThan(24 * short + 1000)
  })
})

test('links that run code become plain text', async () => {
  const html = `<p><a href="javascript:alert(1)">one</a> <a href=" JaVa\tscript:alert(1)">two</a>
    <a href="data:text/html,x">three</a> <a href="https://example.org/">four</a> <a href="page.html">five</a></p>`
  expect((await read('links.html', html)).pages).toEqual([
    'one two three [four](https://example.org/) [five](page.html)',
  ])
})

test.each([
  ['<p>&lt;script&gt;alert(1)&lt;/script&gt; 1 &lt; 2</p>', '\\<script>alert(1)\\</script> 1 < 2'],
  ['<p>&lt;javascript:alert(1)&gt;</p>', '\\<javascript:alert(1)>'],
  ['<p>&lt;!-- x --&gt;&lt;?php ?&gt;</p>', '\\<!-- x -->\\<?php ?>'],
  ['<pre><code>a &lt;b&gt;</code></pre>', '```\na <b>\n```'],
  ['a<img src="javascript:alert(1)">', 'a'],
])('text of a page does not become markup: %s', async (html, expected) => {
  expect((await read('text.html', html)).pages).toEqual([expected])
})
