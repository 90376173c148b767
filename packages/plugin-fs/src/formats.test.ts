import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'

const { write, read, copy, rows, files } = temporaryProject()
/** The codes of all faults for which a plan was refused. */
const codes = (error: unknown) =>
  (error as { details: { errors: { code: string; hint: string }[] } }).details.errors.map(({ code }) => code)

describe('JSON', () => {
  test('a list gives a row per item; written, it is a list again', async () => {
    write('in.json', '\ufeff[\n  {"a": "00123", "b": null, "c": [1, "]"]},\r\n  {"a": "x\\"]}", "b": {"d": "é 🎉"}}\n]')
    await copy({ path: 'in.json' }, { path: 'out.json' })
    expect(JSON.parse(read('out.json'))).toEqual(JSON.parse(read('in.json').slice(1)))
    expect(read('out.json')).toBe('[\n{"a":"00123","b":null,"c":[1,"]"]},\n{"a":"x\\"]}","b":{"d":"é 🎉"}}\n]\n')
  })

  test('an object is a row, and so is each of several in one file', async () => {
    write('one.json', '{"a": [1, 2]}')
    write('many.json', '{"a":1}{"a":2}\n\n{"a":3}')
    expect((await rows({ path: 'one.json' })).rows).toEqual([{ a: [1, 2] }])
    expect((await rows({ path: 'many.json' })).rows).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
  })

  test('a broken item, an item that is not an object, and wrong bytes are rejected with their line, and reading continues', async () => {
    write('in.json', Buffer.from('[{"a":1},\n{"a":nope},\n7, "x",\n{"a":"\xff"},\n{"a":2}]', 'latin1'))
    const { rows: found, rejects } = await rows({ path: 'in.json' })
    expect(found).toEqual([{ a: 1 }, { a: 2 }])
    expect(rejects.map(([id]) => id)).toEqual(['in.json:2', 'in.json:3', 'in.json:4', 'in.json:5'])
    expect(rejects.map(([, message]) => /\(line (\d)\)/.exec(message)?.[1])).toEqual(['2', '3', '3', '4'])
    expect(rejects[3]?.[1]).toMatch(/not valid text/)
  })

  test('a list that does not end stops the run, and nothing is written', async () => {
    write('in.json', '[{"a":1},\n{"a":2}')
    const error = await failure(copy({ path: 'in.json' }, { path: 'out.json' }))
    expect(error).toMatchObject({ code: 'MAESTRO_STORAGE_READ', message: expect.stringMatching(/ends in line 2/) })
    expect(files()).toEqual(['in.json'])
  })

  test('a line without an end is not held in memory', async () => {
    // 300 MB, which take 300 KB when compressed.
    const blanks = gzipSync(Buffer.alloc(100 << 20, 'x'))
    const long = Buffer.concat([gzipSync('{"n":1}\n'), blanks, blanks, blanks, gzipSync('\n{"n":2}\n')])
    write('in.jsonl.gz', long)
    const { counts, rejects } = await copy({ path: 'in.jsonl.gz' }, { path: 'out.jsonl' })
    expect(counts).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1 })
    expect(rejects).toMatchObject([{ rowId: 'in.jsonl.gz:2', message: expect.stringContaining('longer than 256 MB') }])
    expect(read('out.jsonl')).toBe('{"n":1}\n{"n":2}\n')
    write('in.txt.gz', long)
    const lines = await copy({ path: 'in.txt.gz', lines: true }, { path: 'lines.jsonl' })
    expect(lines.counts).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1 })
  })

  test('a number of millions of digits is rejected alone, and takes no time', async () => {
    const long = '9'.repeat(2_000_000)
    write('in.jsonl', `{"a":1}\n{"a":${long}}\n{"a":[-${long}]}\n{"a":2}\n`)
    write('in.csv', `a\n1\n${long}\n2\n`)
    const started = performance.now()
    expect((await rows({ path: 'in.jsonl' })).rows).toEqual([{ a: 1 }, { a: 2 }])
    for (const type of ['bigint', 'number', 'integer'] as const)
      expect((await rows({ path: 'in.csv', columns: { a: type } })).rows.map(({ a }) => Number(a))).toEqual([1, 2])
    // With their square, each of them would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('integers keep all their digits, through rows and back', async () => {
    write('in.json', '[{"id": 9007199254740993, "n": 1e300, "deep": [-12345678901234567890]}]')
    await copy({ path: 'in.json' }, { path: 'out.json' })
    expect(read('out.json')).toBe('[\n{"id":9007199254740993,"n":1e+300,"deep":[-12345678901234567890]}\n]\n')
  })
})

describe('text and Markdown', () => {
  const markdown = '---\ntitle: A\n---\r\n\r\n# Über 漢字 🎉 {{x}}\n'

  test('a file is a row with path and text, untouched', async () => {
    write('docs/a.md', markdown)
    write('docs/b.txt', '')
    expect(await rows({ path: ['docs/a.md', 'docs/b.txt'] })).toEqual({
      rows: [
        { path: 'docs/a.md', text: markdown },
        { path: 'docs/b.txt', text: '' },
      ],
      rejects: [],
    })
  })

  test('a line is a row when asked for: blank lines stay, line ends go', async () => {
    write('in.txt', 'one\r\n\ntwo\n')
    expect((await rows({ path: 'in.txt', lines: true })).rows).toEqual([
      { path: 'in.txt', line: 1, text: 'one' },
      { path: 'in.txt', line: 2, text: '' },
      { path: 'in.txt', line: 3, text: 'two' },
    ])
  })

  test('wrong bytes reject the file with the line they are in, or the one line', async () => {
    write('in.txt', Buffer.from('ok\nb\xe9d\nok\n', 'latin1'))
    write('good.txt', 'fine')
    const whole = await rows({ path: ['in.txt', 'good.txt'] })
    expect(whole.rows).toEqual([{ path: 'good.txt', text: 'fine' }])
    expect(whole.rejects).toEqual([['in.txt', expect.stringMatching(/line 2/)]])
    const lines = await rows({ path: 'in.txt', lines: true })
    expect(lines.rows.map(({ line }) => line)).toEqual([1, 3])
    expect(lines.rejects.map(([id]) => id)).toEqual(['in.txt:2'])
  })

  test('one column is written, a line each; a row without text there is rejected', async () => {
    write('in.jsonl', '{"text":"a","n":7}\n{"text":null,"n":8}\n{"n":9}\n{"text":"b\\nc","n":10}\n')
    const report = await copy({ path: 'in.jsonl' }, { path: 'out.md' })
    expect(read('out.md')).toBe('a\nb\nc\n')
    expect(report.counts.rejected).toBe(2)
    await copy({ path: 'in.jsonl' }, { path: 'n.txt', column: 'n' })
    expect(read('n.txt')).toBe('7\n8\n9\n10\n')
  })
})

describe('packed', () => {
  const long = Array.from({ length: 20_000 }, (_, index) => `{"n":${index},"text":"${'x'.repeat(40)}"}\n`).join('')

  test.each(['gz', 'zst'])('.%s: many pieces written, read back as they were', async (ending) => {
    write('in.jsonl', long)
    await copy({ path: 'in.jsonl' }, { path: `packed.jsonl.${ending}` })
    await copy({ path: `packed.jsonl.${ending}` }, { path: 'out.jsonl' })
    expect(read('out.jsonl')).toBe(long)
  })

  test.each([
    ['gz', gzipSync(long)],
    ['zst', zstdCompressSync(long)],
  ])('.%s that is cut off stops the run, and nothing is written', async (ending, bytes) => {
    write(`in.jsonl.${ending}`, bytes.subarray(0, bytes.length - 20))
    const error = await failure(copy({ path: `in.jsonl.${ending}` }, { path: 'out.jsonl' }))
    expect(error).toMatchObject({ code: 'MAESTRO_STORAGE_READ' })
    expect(files()).toEqual([`in.jsonl.${ending}`])
  })
})

describe('empty inputs', () => {
  const empty: Record<string, [string, string]> = {
    jsonl: ['', ''],
    json: ['[]', '[]\n'],
    csv: ['', ''],
    tsv: ['\n', ''],
  }

  test.each(Object.keys(empty))('%s', async (ending) => {
    const [content = '', written = ''] = empty[ending] ?? []
    write(`in.${ending}`, content)
    const report = await copy({ path: `in.${ending}` }, { path: `out.${ending}` })
    expect(report.counts).toMatchObject({ rowsIn: 0, rowsOut: 0, rejected: 0 })
    expect(read(`out.${ending}`)).toBe(written)
  })

  test('a list without items, a header without records, packed files', async () => {
    write('in.json', ' [ ] ')
    expect((await rows({ path: 'in.json' })).rows).toEqual([])
    write('in.csv', 'a,b\n')
    await copy({ path: 'in.csv', columns: ['a', 'b'] }, { path: 'out.csv' })
    expect(read('out.csv')).toBe('a,b\n')
    for (const ending of ['gz', 'zst']) {
      await copy({ path: 'in.json' }, { path: `out.jsonl.${ending}` })
      expect((await rows({ path: `out.jsonl.${ending}` })).rows).toEqual([])
    }
  })
})

test('an unknown ending is refused with all formats in the hint', async () => {
  write('in.xyz', '')
  const error = await failure(copy({ path: 'in.xyz' }, { path: 'out.jsonl' }))
  expect(codes(error)).toEqual(['MAESTRO_FS_FORMAT_UNKNOWN'])
  const { errors } = (error as { details: { errors: { hint: string }[] } }).details
  for (const format of ['jsonl', 'json', 'csv', 'tsv', 'text', 'markdown'])
    expect(errors[0]?.hint).toContain(`'${format}'`)
})

test('an option that the format does not heed is refused', async () => {
  write('in.jsonl', '{"a":1}\n')
  write('in.txt', '')
  for (const source of [
    { path: 'in.jsonl', delimiter: ';' },
    { path: 'in.jsonl', header: ['a'] },
    { path: 'in.jsonl', lines: true },
  ]) {
    expect(codes(await failure(copy(source, { path: 'out.jsonl' })))).toEqual(['MAESTRO_FS_OPTION_UNFIT'])
  }
  for (const sink of [
    { path: 'out.jsonl', delimiter: ';' },
    { path: 'out.csv', column: 'a' },
    { path: 'out.txt', columns: ['a'] },
  ]) {
    expect(codes(await failure(copy({ path: 'in.jsonl' }, sink)))).toEqual(['MAESTRO_FS_OPTION_UNFIT'])
  }
})

describe('CSV and TSV for spreadsheets', () => {
  const cells = ['=1+1', '+cmd', '-x', '@SUM(A1)', '\tx', '＝1', '-5', '+49 1', '+49,5', 'a=b', '']

  test.each(['csv', 'tsv'])('formulas are kept, or escaped where asked for: %s', async (ending) => {
    write('in.jsonl', cells.map((cell, index) => `${JSON.stringify({ '=n': -index, cell })}\n`).join(''))
    await copy({ path: 'in.jsonl' }, { path: `kept.${ending}` })
    expect((await rows({ path: `kept.${ending}` })).rows.map(({ cell }) => cell)).toEqual(cells)
    await copy({ path: 'in.jsonl' }, { path: `safe.${ending}`, formulas: 'escape' })
    const { rows: safe } = await rows({ path: `safe.${ending}` })
    expect(safe.map(({ cell }) => cell)).toEqual([
      ...cells.slice(0, 6).map((cell) => `'${cell}`),
      '-5',
      "'+49 1",
      ...cells.slice(8),
    ])
    expect(safe.map((row) => row["'=n"])).toEqual(cells.map((_, index) => String(-index)))
  })

  test('Excel gets a byte order mark and its line ends, and the file is read back as it was', async () => {
    write('in.jsonl', '{"a":"é","b":"x\\ny"}\n')
    await copy({ path: 'in.jsonl' }, { path: 'out.csv', excel: true, delimiter: ';' })
    expect(read('out.csv')).toBe('\ufeffa;b\r\né;"x\ny"\r\n')
    expect((await rows({ path: 'out.csv', delimiter: ';' })).rows).toEqual([{ a: 'é', b: 'x\ny' }])
  })

  test('are for cells alone', async () => {
    write('in.jsonl', '{"a":1}\n')
    for (const sink of [
      { path: 'out.jsonl', excel: true },
      { path: 'out.json', formulas: 'escape' },
    ] as const)
      expect(codes(await failure(copy({ path: 'in.jsonl' }, sink)))).toEqual(['MAESTRO_FS_OPTION_UNFIT'])
  })
})
