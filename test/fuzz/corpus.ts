// Small valid files of every format, made here, from which broken ones are made.
import { crc32, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionType, dictionary, setCompressionCodec, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette'
import { parquetWriteBuffer } from 'hyparquet-writer'

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ id: n, text: `row ${n}` })).join('\n')
const cells = (separator: string) =>
  ['id,text', '1,plain', '2,"quoted, with a comma"', '3,"two\nlines"', '4,""""'].join('\n').replaceAll(',', separator)

const markdown =
  '# Title\n\nA *paragraph* with a [link](https://example.org).\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n'
const html =
  '<!doctype html><html><head><title>T</title></head><body><h1>H</h1><p>A <b>bold</b> <a href="/x">link</a></p><table><tr><td>1</td></tr></table><ul><li>one</ul></body></html>'

/** An archive with compressed members, as DOCX files are. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50)
    head.writeUInt16LE(8, 8)
    head.writeUInt32LE(crc32(content), 14)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(content.length, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    head.copy(entry, 10, 8, 26)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    parts.push(head, Buffer.from(name), packed)
    entries.push(entry, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  const list = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(entries.length / 2, 8)
  end.writeUInt16LE(entries.length / 2, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, list, end])
}

const docx = zip({
  '[Content_Types].xml':
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  '_rels/.rels':
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  'word/document.xml':
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>A good document.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>',
})

const spreadsheet = 'http://schemas.openxmlformats.org/spreadsheetml/2006'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
/** A workbook with two sheets: shared texts, a number, a date, a formula, and an error. */
const xlsx = zip({
  '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${spreadsheet}/main" xmlns:r="${relations}"><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="Two" sheetId="2" r:id="r2"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${relations}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="r3" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r4" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${spreadsheet}/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
  'xl/sharedStrings.xml': `<sst xmlns="${spreadsheet}/main"><si><t>id</t></si><si><t>text</t></si><si><r><t>a </t></r><r><t>b</t></r></si></sst>`,
  'xl/worksheets/sheet1.xml': `<worksheet xmlns="${spreadsheet}/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>2</v></c></row><row r="3"><c r="A3" s="1"><v>45000</v></c><c r="B3" t="str"><f>A2</f><v>x</v></c></row><row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="inlineStr"><is><t>y</t></is></c></row></sheetData><mergeCells><mergeCell ref="A3:A4"/></mergeCells></worksheet>`,
  'xl/worksheets/sheet2.xml': `<worksheet xmlns="${spreadsheet}/main"><sheetData/></worksheet>`,
})

const parquet = (codec: 'SNAPPY' | 'UNCOMPRESSED') =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [1, 2, 3], type: 'INT32' },
        { name: 'text', data: ['a', null, '\u00e9'], type: 'STRING' },
        { name: 'wide', data: [1n, 2n, 2n ** 60n], type: 'INT64' },
        { name: 'nested', data: [{ a: [1] }, null, { b: 'c' }], type: 'JSON' },
      ],
      codec,
    }),
  )

/** A frame of LZ4 with one block, all of which is literal bytes. */
function lz4Frame(bytes: Uint8Array): Buffer {
  const extra = bytes.length - 15
  const lengths = extra < 0 ? [] : [...Array.from({ length: Math.floor(extra / 255) }, () => 255), extra % 255]
  const block = Buffer.concat([Buffer.from([Math.min(bytes.length, 15) << 4, ...lengths]), bytes])
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0, 0, 0, 0])
  head.writeUInt32LE(block.length, 7)
  return Buffer.concat([head, block, Buffer.alloc(4)])
}

const decode = () => {
  throw new Error('these files are only written')
}
setCompressionCodec(CompressionType.LZ4_FRAME, { encode: lz4Frame, decode })
setCompressionCodec(CompressionType.ZSTD, { encode: (bytes) => zstdCompressSync(bytes), decode })

const arrow = (format: 'file' | 'stream', codec?: (typeof CompressionType)[keyof typeof CompressionType]) =>
  Buffer.from(
    tableToIPC(
      tableFromArrays(
        {
          id: [1, 2, 3],
          text: ['a'.repeat(300), null, '\u00e9'],
          wide: [1n, 2n, 2n ** 60n],
          list: [[1], null, [2, 3]],
          nested: [{ a: 1 }, null, { a: 2 }],
          kind: ['x', 'y', 'x'],
        },
        { types: { kind: dictionary(utf8()) } },
      ),
      { format, ...(codec === undefined ? {} : { codec }) },
    ) ?? new Uint8Array(),
  )

/** A PDF with one page of text, with correct offsets. */
function pdf(): Buffer {
  const content = deflateSync(Buffer.from('BT /F1 12 Tf 72 720 Td (A good document.) Tj ET'))
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from(
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    ),
    Buffer.concat([
      Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
      content,
      Buffer.from('\nendstream'),
    ]),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'),
  ]
  const parts = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let length = 9
  for (const [index, body] of objects.entries()) {
    const object = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')])
    offsets.push(length)
    parts.push(object)
    length += object.length
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF`,
    ),
  )
  return Buffer.concat(parts)
}

function png(): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), content])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(14))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function wav(): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.write('data', 36)
  return head
}

const answer = { name: 'Ada', age: 36, tags: ['a', 'b'], inner: { x: 1 } }

/** Valid content by format. Texts are UTF-8. */
export const corpus = {
  jsonl: [Buffer.from('{"id":1,"text":"a"}'), Buffer.from('{"a":{"b":[1,2,{"c":null}]},"é":"\\u00e9"}')],
  csv: [Buffer.from(cells(',')), Buffer.from('id;text\n1;a')],
  tsv: [Buffer.from(cells('\t'))],
  json: [Buffer.from(`[${lines(3).replaceAll('\n', ',')}]`), Buffer.from('{"id":1}')],
  text: [Buffer.from(markdown), Buffer.from('\ufeffplain\r\ntext'), Buffer.from('utf-16', 'utf16le')],
  gzip: [
    gzipSync(lines(5)),
    Buffer.concat([gzipSync(lines(2)), gzipSync(lines(2))]),
    gzipSync(Buffer.alloc(5_000_000, '\n')),
  ],
  zstd: [zstdCompressSync(lines(5)), zstdCompressSync(Buffer.alloc(5_000_000, '\n'))],
  parquet: [parquet('UNCOMPRESSED'), parquet('SNAPPY')],
  arrow: [
    arrow('file'),
    arrow('stream'),
    arrow('file', CompressionType.LZ4_FRAME),
    arrow('file', CompressionType.ZSTD),
  ],
  xlsx: [xlsx],
  docx: [docx],
  pdf: [pdf()],
  html: [Buffer.from(html)],
  markdown: [Buffer.from(markdown)],
  config: [
    Buffer.from('plugins: []\npipelines: [pipelines/*]\nkeepRuns: 3\nbudgets: { run: { usd: 1 } }\n'),
    Buffer.from('a: &a [1, 2]\nb: *a\nlogLevel: silent\n'),
  ],
  pipeline: [
    Buffer.from(
      "name: p\nread: { use: fs.file, options: { path: in.csv } }\nsteps:\n  - { use: table.filter, options: { where: 'a > 0' } }\nwrite: []\n",
    ),
  ],
  answer: [
    Buffer.from(JSON.stringify(answer)),
    Buffer.from(`<think>\nHm.\n</think>\n\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\``),
    Buffer.from("Here: {name: 'Ada', age: 36, tags: ['a',], inner: {x: 1}}"),
  ],
  media: [
    png(),
    wav(),
    Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1'),
    Buffer.from('\xff\xd8\xff\xe0\x00\x10JFIF', 'latin1'),
    pdf(),
  ],
  sql: [
    Buffer.from("length(text) > 3 and id in (1, 2) or text like 'a%'"),
    Buffer.from("CASE WHEN id > 1 THEN upper(text) ELSE text || '!' END = 'A'"),
    Buffer.from('list_transform([1, id], lambda x: x + 1)[1] > cast(text as integer)'),
  ],
  query: [
    Buffer.from('SELECT id, text FROM seen WHERE id > 1 ORDER BY text'),
    Buffer.from('WITH a AS (SELECT id FROM seen) SELECT count(*) AS n FROM a'),
  ],
  template: [Buffer.from('Summarise: {{text}} and {{a.b}} \\{{no}} {single}'), Buffer.from('{{text}}{{text}}')],
} as const satisfies Record<string, readonly Buffer[]>

export type Format = keyof typeof corpus
