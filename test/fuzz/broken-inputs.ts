// Broken inputs of a format: valid content with random changes, hostile pieces, or random bytes.
import fc from 'fast-check'
import { corpus, type Format } from './corpus.ts'

/** Pieces that open without closing, nest, end texts, or stand for values that parsers treat specially. */
const pieces: Readonly<Record<Format, readonly string[]>> = {
  jsonl: ['{', '[', '"', '\\u', '\\ud800', '{"__proto__":', '{"a":1,"a":', '1e999', '-', '\u2028', '{"$":'],
  csv: ['"', ',', '\r', '""', '"\n', '=cmd()', '\u0000'],
  tsv: ['"', '\t', '\r', '\n'],
  json: ['[', '{', '"', ',', ']', '}', '{"__proto__":{', '1e5000'],
  text: ['\u0000', '\ufeff', '\r', '# ', '\ud83d'],
  gzip: ['\u001f\u008b', '\u0000'],
  zstd: ['(\u00b5/\u00fd', 'P*M\u0018'],
  parquet: ['PAR1', 'PARE', '\u0000', '\u0015\u0004', '\u00ff\u00ff\u00ff\u00ff\u000f'],
  arrow: ['ARROW1\u0000\u0000', '\u00ff\u00ff\u00ff\u00ff', '\u0000\u0000\u0000\u0000', '\u00ff\u00ff\u00ff\u007f'],
  xlsx: [
    'PK\u0003\u0004',
    'PK\u0001\u0002',
    'PK\u0005\u0006',
    '<row>',
    '<c r="XFD1048576">',
    '<!ENTITY a "b">',
    '&#x110000;',
  ],
  docx: ['PK\u0003\u0004', 'PK\u0001\u0002', 'PK\u0005\u0006', '<w:p>', '<!ENTITY a "b">'],
  pdf: ['<<', '[', '(', 'stream\n', '1 0 obj', '/Kids [2 0 R]', '/Filter [/FlateDecode /FlateDecode]', '9999999999'],
  html: [
    '<div>',
    '<table><tr><td>',
    '<a href="javascript:x">',
    '<!--',
    '<script>',
    '&#x110000;',
    '<svg>',
    '<p',
    '<b><i>',
  ],
  markdown: ['#', '> ', '[', '](', '*', '`', '| a ', '- ', '  ', '<div>', '![', '~~'],
  config: ['&a [', '*a', '? ', '- ', '{', '[', '!!js/function ', '<<: *a', '\t', '|', '%', '---\n', '"', '0x'],
  pipeline: ['&a [', '*a', '- ', '{', 'steps:', 'use: ', 'options: ', '__proto__: ', 'constructor: '],
  answer: ['{', '[', '"', '```', '<think>', '</think>', "'", '{"name":', ',', '...', '\\u', '“'],
  media: ['\u0089PNG', 'RIFF', 'ftyp', '<svg>', '\u00ff\u00d8', '%PDF', 'ID3', '\u0000'],
  sql: [
    '(',
    ')',
    "'",
    '"',
    '--',
    '/*',
    ';',
    '$$',
    '(SELECT 1)',
    "repeat('x', 3000000000)",
    'range(3000000000)',
    'not ',
    '[',
    "read_text('/etc/passwd')",
    "getenv('HOME')",
    '$a',
    '::',
    'OVER ()',
  ],
  query: [
    '(',
    ')',
    "'",
    '"',
    '--',
    '/*',
    ';',
    "writefile('x', 'y')",
    'ATTACH ',
    'PRAGMA ',
    'fsdir(',
    'UNION ALL ',
    'WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) ',
  ],
  template: ['{{', '}}', '{{text}}', '\\{{', '{{__proto__}}', '{{constructor.name}}', '{{a.b.c}}', '{{ ', '}'],
}

/** Inputs are cut to this length; in it, an opening piece nests tens of thousands of times. */
const most = 100_000

/** An input with changes at places that are shares of its length. */
function broken(format: Format): fc.Arbitrary<Uint8Array> {
  const place = fc.double({ min: 0, max: 1, noNaN: true })
  const piece = fc.constantFrom(...pieces[format]).map((text) => Buffer.from(text, 'utf8'))
  const change = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: place }),
    fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
    fc.record({
      kind: fc.constant('number' as const),
      at: place,
      value: fc.constantFrom(0, 0xff, 0x7fffffff, 0xffffffff),
    }),
    fc.record({ kind: fc.constant('repeat' as const), at: place, share: place, times: fc.constantFrom(2, 50, 2000) }),
    fc.record({ kind: fc.constant('piece' as const), at: place, piece, times: fc.constantFrom(1, 2, 30, 30_000) }),
    fc.record({ kind: fc.constant('bytes' as const), at: place, bytes: fc.uint8Array({ maxLength: 40 }) }),
  )
  const changed = fc
    .record({
      base: fc.constantFrom<Buffer[]>(...corpus[format]),
      changes: fc.array(change, { minLength: 1, maxLength: 5 }),
    })
    .map(({ base, changes }) =>
      changes.reduce<Buffer>((bytes, edit) => {
        const at = Math.floor(edit.at * bytes.length)
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
        switch (edit.kind) {
          case 'cut':
            return before
          case 'flip': {
            const copy = Buffer.from(bytes)
            copy[at] = (copy[at] ?? 0) ^ (1 << edit.bit)
            return copy
          }
          case 'number': {
            const copy = Buffer.from(bytes)
            if (at + 4 <= copy.length) copy.writeUInt32LE(edit.value, at)
            return copy
          }
          case 'repeat': {
            const slice = after.subarray(0, Math.ceil(edit.share * 40))
            return Buffer.concat([before, ...Array.from({ length: edit.times }, () => slice), after])
          }
          case 'piece':
            return Buffer.concat([before, ...Array.from({ length: edit.times }, () => edit.piece), after])
          default:
            return Buffer.concat([before, edit.bytes, after])
        }
      }, base),
    )
  const text = fc
    .array(fc.nat(0x10ffff), { maxLength: 100 })
    .map((points) => Buffer.from(String.fromCodePoint(...points)))
  const together = fc.array(piece, { maxLength: 60 }).map((parts) => Buffer.concat(parts))
  return fc
    .oneof(
      { weight: 6, arbitrary: changed },
      { weight: 2, arbitrary: together },
      fc.uint8Array({ maxLength: 300 }),
      text,
    )
    .map((bytes) => bytes.subarray(0, format === 'gzip' || format === 'zstd' ? bytes.length : most))
}

/** The same inputs for the same seed. */
export function brokenInputs(format: Format, count: number, seed: number): readonly Uint8Array[] {
  return fc.sample(broken(format), { numRuns: count, seed })
}
