import { columnNames, type Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'
import { cellsOf, quoteCell } from './delimited-cells.js'
import { delimitedEncoder } from './encode-delimited.js'
import { readDelimited, readHeader } from './read-delimited.js'
import type { EncoderState } from './row-encoder.js'

const { write, read, rows, copy, path } = temporaryProject()

async function parse(text: string | Buffer, chunk: number, delimiter = ',') {
  const bytes = Buffer.from(text as string)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
  }
  const found: Record<string, unknown>[] = []
  const rejects: [string, string][] = []
  for await (const batch of readDelimited(chunks(), 'in', { delimiter })) {
    for (const [index, row] of batch.rows.entries()) found.push({ ...row, $id: batch.ids[index] })
    for (const { id, error } of batch.rejects ?? []) rejects.push([id, error.message])
  }
  return { rows: found, rejects }
}

describe('records', () => {
  const text = [
    'id,text,note',
    '00123,NA,"a, ""b"""\r',
    '1e5,,"two\r\nlines, ""quoted"""',
    '',
    '5" disk,say "hi",x\r',
    '"","",""',
    '007,你好 🎉',
    '"last",{{x}},',
  ].join('\n')
  const expected = [
    { id: '00123', text: 'NA', note: 'a, "b"', $id: 'in:2' },
    { id: '1e5', text: '', note: 'two\r\nlines, "quoted"', $id: 'in:3' },
    { id: '5" disk', text: 'say "hi"', note: 'x', $id: 'in:6' },
    { id: '', text: '', note: '', $id: 'in:7' },
    { id: '007', text: '你好 🎉', $id: 'in:8' },
    { id: 'last', text: '{{x}}', note: '', $id: 'in:9' },
  ]

  test.each([1, 2, 3, 5, 17, 1000])('cells, quotes, line ends and lines, in chunks of %i bytes', async (chunk) => {
    expect(await parse(text, chunk)).toEqual({ rows: expected, rejects: [] })
    expect(await parse(`${text}\n`, chunk)).toEqual({ rows: expected, rejects: [] })
  })

  test.each([1, 4, 1000])('delimiters of several characters, in chunks of %i bytes', async (chunk) => {
    const { rows: found, rejects } = await parse('a||b\n"x||y"||z\n"q"||"\n"\n', chunk, '||')
    expect(rejects).toEqual([])
    expect(found.map(({ a, b }) => [a, b])).toEqual([
      ['x||y', 'z'],
      ['q', '\n'],
    ])
  })

  test.each([1, 6, 1000])(
    'broken records are rejected with their line and the rest goes on, in chunks of %i',
    async (chunk) => {
      const broken = 'a,b\n1,"x"y\n2,ok\n3,b,c,d\n4,ok\n5,"never closed\n6,ok\n7,"fine"\n'
      const { rows: found, rejects } = await parse(broken, chunk)
      expect(found.map(({ a }) => a)).toEqual(['2', '4', '6', '7'])
      expect(rejects).toEqual([
        ['in:2', expect.stringMatching(/text after a closing quote/)],
        ['in:4', expect.stringMatching(/4 cells and the header 2/)],
        ['in:6', expect.stringMatching(/closing quote|never closed/)],
      ])
    },
  )

  test.each([1, 5, 1000])(
    'a first line that tells Excel the delimiter is no record, in chunks of %i bytes',
    async (chunk) => {
      for (const [line, delimiter] of [
        ['sep=;\r\n', ';'],
        ['"SEP=|"\n', '|'],
        ['sep=\t\n', '\t'],
        ['sep=,\n', ','],
      ] as const) {
        const text = `${line}a${delimiter}b\n1,5${delimiter}"x"\n`.replace('1,5', delimiter === ',' ? '15' : '1,5')
        const { rows: found, rejects } = await parse(text, chunk)
        expect({ found, rejects }).toEqual({
          found: [{ a: delimiter === ',' ? '15' : '1,5', b: 'x', $id: 'in:3' }],
          rejects: [],
        })
      }
      const { rows: usual } = await parse('sep=;x\n1\n', chunk)
      expect(usual).toEqual([{ 'sep=;x': '1', $id: 'in:2' }])
    },
  )

  test('wrong bytes reject their record only', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\né,1\n'),
      Buffer.from('caf\xe9,2\n', 'latin1'),
      Buffer.from('ü\ufffd,3\n'),
    ])
    const { rows: found, rejects } = await parse(bytes, 5)
    expect(found.map(({ a, b }) => [a, b])).toEqual([
      ['é', '1'],
      ['ü\ufffd', '3'],
    ])
    expect(rejects).toEqual([['in:3', expect.stringMatching(/not valid text/)]])
  })

  test('whatever is written is read back, at any chunk size', async () => {
    const pieces = ['a', '"', ',', '\n', '\r\n', '\r', '""', ' ', 'é', '漢', '🎉', '', '__proto__', '\\', "'"]
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return Math.floor((seed / 2147483648) * below)
    }
    const cell = () => Array.from({ length: random(5) }, () => pieces[random(pieces.length)]).join('')
    for (let round = 0; round < 200; round++) {
      const records = Array.from({ length: 1 + random(6) }, () => [cell(), cell(), cell()])
      const body = records.map((cells) => cells.map((each) => quoteCell(each, ',')).join(',')).join('\n')
      const { rows: found, rejects } = await parse(`x,y,z\n${body}\n`, 1 + random(9))
      expect(rejects).toEqual([])
      expect(found.map(({ x, y, z }) => [x, y, z])).toEqual(records)
    }
  })

  test('cells of one record', () => {
    expect(cellsOf('a,,b\r', false, ',')).toEqual(['a', '', 'b'])
    expect(cellsOf('"a""b",,"c,d"', true, ',')).toEqual(['a"b', '', 'c,d'])
    expect(cellsOf('"",', true, ',')).toEqual(['', ''])
  })
})

describe('header', () => {
  const header = (text: string) => {
    async function* chunks() {
      yield Buffer.from(text)
    }
    return readHeader(chunks(), 'in.csv', { delimiter: ',' })
  }

  test('two columns of one name, CR alone, broken quotes', async () => {
    for (const [text, reason] of [
      ['a,b,a\n', /two columns are called "a"/],
      ['a,b\r1,2\r', /CR alone/],
      ['"a"b\n1\n', /closing quote/],
      [Buffer.from('a,b\n1,2\n', 'utf16le').toString('latin1'), /another encoding/],
    ] as const) {
      expect(await failure(header(text))).toMatchObject({
        code: 'MAESTRO_FS_HEADER',
        message: expect.stringMatching(reason),
      })
    }
    expect(await header('\n\na,"b\nc"\n')).toEqual(['a', 'b\nc'])
  })

  test('a file without header takes the names given', async () => {
    write('in.csv', '1;x\n2;y\n')
    expect((await rows({ path: 'in.csv', header: ['n', 'text'], delimiter: ';' })).rows).toEqual([
      { n: '1', text: 'x' },
      { n: '2', text: 'y' },
    ])
  })

  test('a column that the header lacks is a fault of the plan', async () => {
    write('in.csv', 'id,Text\n1,a\n')
    for (const source of [
      { path: 'in.csv', columns: ['id', 'text'] },
      { path: 'in.csv', key: 'text' },
    ]) {
      const error = await failure(copy(source, { path: 'out.jsonl' }))
      expect(error).toMatchObject({
        details: {
          errors: [{ code: 'MAESTRO_FS_COLUMN_MISSING', details: { missing: ['text'], header: ['id', 'Text'] } }],
        },
      })
    }
  })
})

describe('writing', () => {
  test('null and missing are both empty, a lone empty cell is a record; JSON lines keep them apart', async () => {
    write('in.jsonl', '{"a":null}\n{}\n{"a":""}\n{"a":"x"}\n')
    await copy({ path: 'in.jsonl' }, { path: 'out.csv', columns: ['a'] })
    expect(read('out.csv')).toBe('a\n""\n""\n""\nx\n')
    expect((await rows({ path: 'out.csv' })).rows).toEqual([{ a: '' }, { a: '' }, { a: '' }, { a: 'x' }])
    await copy({ path: 'in.jsonl' }, { path: 'out.jsonl' })
    expect(read('out.jsonl')).toBe(read('in.jsonl'))
  })

  describe('columns that come after the first thousand rows', () => {
    const early = `{"a":1}\n{"a":2,"b":"x\\n\\"y, z"}\n${'{"a":4}\n'.repeat(998)}`

    test('are in the header, and no row is lost', async () => {
      write('in.jsonl', `${early}{"c":"late","=d":"=1+1"}\n${'{"a":6}\n'.repeat(1000)}{"a":7,"2021":true}\n`)
      const expected = read('in.jsonl')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row)
      const texts = expected.map((row) => columnNames(row).map((name) => [name, String(row[name])]))
      for (const path of ['out.csv', 'out.tsv.gz']) {
        const { counts } = await copy({ path: 'in.jsonl' }, { path })
        expect(counts).toMatchObject({ rowsIn: 2002, rowsOut: 2002, rejected: 0 })
        const back = await rows({ path })
        expect(back.rejects).toEqual([])
        expect(back.rows.map((row) => Object.entries(row).filter(([, cell]) => cell !== ''))).toEqual(texts)
      }
      expect(read('out.csv').split('\n', 1)).toEqual(['a,b,c,=d,2021'])
      await copy({ path: 'in.jsonl' }, { path: 'excel.csv', excel: true, delimiter: ';', formulas: 'escape' })
      const lines = read('excel.csv').split('\r\n')
      expect([lines[0], lines[1], lines[1001], lines.length]).toEqual([
        "\ufeffa;b;c;'=d;2021",
        '1;;;;',
        ";;late;'=1+1;",
        2004,
      ])
    })

    test('are refused by the header of a file to which rows are appended', async () => {
      write('in.jsonl', `${early}{"a":5,"c":"late"}\n`)
      write('out.csv', 'a,b\n0,0\n')
      const { counts } = await copy({ path: 'in.jsonl' }, { path: 'out.csv', mode: 'append' })
      expect(counts).toMatchObject({ rowsOut: 1000, rejected: 1 })
      expect(read('out.csv').startsWith('a,b\n0,0\n1,\n2,"x')).toBe(true)
    })

    test('reject their rows when a table would have more columns than a spreadsheet holds', () => {
      const encoder = delimitedEncoder('out.csv', undefined, false, { delimiter: ',' })
      const wide = Object.fromEntries(Array.from({ length: 16_384 }, (_, n) => [`c${n}`, 'x'.repeat(300)]))
      encoder.encode({ ids: ['0'], rows: [wide] })
      expect(() => encoder.encode({ ids: ['1'], rows: [{ 'one more': 5 }] })).toThrow(
        '"one more", which is not in the header',
      )
      expect(encoder.encode({ ids: ['2'], rows: [{ c1: 5 }] })).toMatch(/^,5,+\n$/)
    })

    test('are in the header when an interrupted run goes on behind some of them', async () => {
      const encoderFrom = (state?: EncoderState) =>
        delimitedEncoder('out.csv', undefined, false, { delimiter: ',' }, state)
      const batch = (...rows: Row[]) => ({ ids: rows.map((_, n) => `${n}`), rows })
      const first = encoderFrom()
      let text = first.encode(batch(...Array.from({ length: 1000 }, (_, a) => ({ a }))))
      text += first.encode(batch({ a: 1, b: 2 }))
      const second = encoderFrom(JSON.parse(JSON.stringify(first.state())))
      text += second.encode(batch({ c: 3 }, { a: 4 })) + second.end()
      write('written.csv', text)
      await second.finish?.(undefined)?.(path('written.csv'), path('out.csv'))
      expect(
        read('out.csv')
          .split('\n')
          .filter((line) => !line.endsWith(',,')),
      ).toEqual(['a,b,c', '1,2,', ',,3', ''])
      expect(first.finish?.(undefined)).toBeDefined()
      expect(encoderFrom({ header: ['a'] }).finish?.(undefined)).toBeUndefined()
    })
  })

  test('a short first record leaves the header of the input as it is', async () => {
    const records = `1\n${'1,2,3\n'.repeat(999)}`
    write('in.csv', `a,b,c\n${records}`)
    expect((await copy({ path: 'in.csv' }, { path: 'out.csv' })).counts).toMatchObject({ rowsOut: 1000, rejected: 0 })
    expect(read('out.csv')).toBe(`a,b,c\n${records.replace('1\n', '1,,\n')}`)
  })

  test('short records: left out, filled or rejected', async () => {
    write('in.csv', 'a,b\n1\n1,2\n')
    expect((await rows({ path: 'in.csv' })).rows).toEqual([{ a: '1' }, { a: '1', b: '2' }])
    expect((await rows({ path: 'in.csv', shortRecords: 'fill' })).rows).toEqual([
      { a: '1', b: null },
      { a: '1', b: '2' },
    ])
    const strict = await rows({ path: 'in.csv', shortRecords: 'reject' })
    expect(strict.rows).toEqual([{ a: '1', b: '2' }])
    expect(strict.rejects).toEqual([['in.csv:2', expect.stringContaining('1 cells and the header 2')]])
  })

  test("TSV and delimiters of one's own", async () => {
    write('in.jsonl', '{"a":"x\\ty","b":"p;q","__proto__":"{{x}}"}\n')
    await copy({ path: 'in.jsonl' }, { path: 'out.tsv' })
    expect(read('out.tsv')).toBe('a\tb\t__proto__\n"x\ty"\tp;q\t{{x}}\n')
    await copy({ path: 'in.jsonl' }, { path: 'out.csv', delimiter: ';' })
    expect(read('out.csv')).toBe('a;b;__proto__\nx\ty;"p;q";{{x}}\n')
    await copy({ path: 'out.csv', delimiter: ';' }, { path: 'back.jsonl' })
    expect(read('back.jsonl')).toBe(read('in.jsonl'))
  })

  test('a cell of 10 MB goes through every format', async () => {
    const big = `${'漢字🎉,"\n'.repeat(800_000)}end`
    expect(Buffer.byteLength(big)).toBeGreaterThan(10_000_000)
    write('in.jsonl', `{"id":"a","text":${JSON.stringify(big)}}\n{"id":"b","text":"small"}\n`)
    let before = 'in.jsonl'
    for (const ending of ['csv', 'tsv.zst', 'json', 'json.gz', 'csv.gz', 'jsonl']) {
      await copy({ path: before }, { path: `out.${ending}`, mode: 'overwrite' })
      before = `out.${ending}`
    }
    expect(read('out.jsonl') === read('in.jsonl')).toBe(true)
    expect(path('out.jsonl')).not.toBe(path('in.jsonl'))
  })
})
