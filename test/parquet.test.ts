import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { MaestroError, pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-parquet-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = () => maestro({ plugins: [fs], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })
const read = (path: string, more: object = {}) =>
  Array.fromAsync(project().rows(pipeline('p').read('fs.file', { path, ...more })))
const write = (rows: readonly Row[], more: object = {}) =>
  project().run(
    pipeline('p')
      .from(rows)
      .map((row) => ({ ...row }) as Row)
      .write('fs.file', { path: 'out.parquet', ...more }),
  )

/** Runs statements in DuckDB. @returns the rows of the last one as JSON */
async function duckdb(...statements: readonly string[]): Promise<readonly unknown[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const statement of statements.slice(0, -1)) await connection.run(statement)
  const result = await connection.runAndReadAll(statements.at(-1) ?? '')
  connection.closeSync()
  return result.getRowObjectsJson()
}
const path = (name: string) => `'${join(folder, name)}'`

const rows: readonly Row[] = [
  {
    n: 1,
    x: 1.5,
    big: 5n,
    huge: 2n ** 100n,
    mixed: 1,
    文字: '你好\0🎉',
    day: new Date(-1),
    bytes: new Uint8Array([0, 255]),
    vector: new Float32Array([1.5, -0]),
    list: [1, null, 3],
    nested: { a: { b: 'x' }, c: [{ d: 2n ** 60n, e: new Date(0) }, null] },
    empty: {},
    yes: true,
  },
  { n: null, x: Number.NaN, big: -(2n ** 63n), huge: -1n, mixed: 'text', 文字: '', yes: false, list: [], nested: null },
  { n: 2 ** 53 - 1, x: -0, big: 2n ** 63n - 1n, mixed: { a: 2n ** 70n }, nested: { a: null, c: [] }, late: 7 },
]

describe('writing', () => {
  test.each(['snappy', 'zstd', 'gzip', 'brotli', 'none'] as const)(
    '%s: every value comes back as it was',
    async (compression) => {
      await write(rows, { compression, rowGroup: 2 })
      const back = await read('out.parquet')
      for (const [index, row] of rows.entries())
        for (const [name, value] of Object.entries(back[index] as Row))
          expect([name, value]).toEqual([name, row[name] ?? null])
    },
  )

  test('DuckDB reads the same values and types', async () => {
    await write(rows)
    const types = await duckdb(`SELECT column_name AS n, column_type AS t FROM (DESCRIBE FROM ${path('out.parquet')})`)
    expect(Object.fromEntries(types.map((one) => Object.values(one as object)))).toMatchObject({
      n: 'BIGINT',
      x: 'DOUBLE',
      huge: 'DECIMAL(38,0)',
      mixed: 'JSON',
      day: 'TIMESTAMP WITH TIME ZONE',
      vector: 'FLOAT[]',
      nested: 'STRUCT(a STRUCT(b VARCHAR), c STRUCT(d BIGINT, e TIMESTAMP WITH TIME ZONE)[])',
    })
    const [first] = await duckdb(
      `SELECT n, big, huge, 文字, nested.c[1].d AS d, vector, list FROM ${path('out.parquet')}`,
    )
    expect(first).toEqual({
      n: '1',
      big: '5',
      huge: '1267650600228229401496703205376',
      文字: '你好\0🎉',
      d: '1152921504606846976',
      vector: [1.5, -0],
      list: ['1', null, '3'],
    })
  })

  test('decimal numbers keep their digits if the plan knows their type', async () => {
    writeFileSync(join(folder, 'in.csv'), 'price\n12.50\n-0.001\n12345678901234567890.5\n')
    const priced = pipeline('p').read('fs.file', { path: 'in.csv', columns: { price: 'decimal' } })
    await project().run(priced.write('fs.file', { path: 'out.parquet' }))
    expect(await duckdb(`SELECT typeof(price) AS t, price::VARCHAR AS p FROM ${path('out.parquet')}`)).toEqual([
      { t: 'DECIMAL(38,3)', p: '12.500' },
      { t: 'DECIMAL(38,3)', p: '-0.001' },
      { t: 'DECIMAL(38,3)', p: '12345678901234567890.500' },
    ])
    expect((await read('out.parquet')).map((row) => row.price)).toEqual([
      '12.500',
      '-0.001',
      '12345678901234567890.500',
    ])
  })

  test('a row with a value that cannot be written is rejected, and the others are written', async () => {
    const report = await write([{ a: new Date(Number.NaN) }, { a: '\ud800' }, { a: 'x' }])
    expect(report.counts).toMatchObject({ rowsIn: 3 })
    expect(await read('out.parquet')).toEqual([{ a: 'x' }])
  })
})

describe('reading', () => {
  test('files that DuckDB writes are read exactly, in all types', async () => {
    await duckdb(
      `COPY (SELECT 18446744073709551615::UBIGINT AS u, (-1)::TINYINT AS i, 1.10::DECIMAL(9,2) AS d, 0.1::FLOAT AS f,
        '1234567890123456789012345678.0123456789'::DECIMAL(38,10) AS dd, DATE '1969-12-31' AS day,
        TIMESTAMP '2026-01-02 03:04:05.678' AS ms, TIMESTAMP '2026-01-02 03:04:05.678901' AS us,
        TIME '01:02:03.5' AS t, encode('你') AS b, [[1, NULL], NULL, []] AS ll, {'a': {'b': 1.5::DECIMAL(3,1)}} AS s,
        MAP {'k': 1} AS m, uuid '0190163d-8694-739b-aea5-966c26f8ad90' AS id, [1, 2]::FLOAT[] AS v, NULL AS none
      ) TO ${path('in.parquet')} (FORMAT parquet)`,
      'SELECT 1',
    )
    expect(await read('in.parquet')).toEqual([
      {
        u: 18446744073709551615n,
        i: -1,
        d: '1.10',
        f: Math.fround(0.1),
        dd: '1234567890123456789012345678.0123456789',
        day: new Date('1969-12-31'),
        ms: new Date('2026-01-02T03:04:05.678Z'),
        us: '2026-01-02T03:04:05.678901Z',
        t: '01:02:03.5',
        b: new TextEncoder().encode('你'),
        ll: [[1, null], null, []],
        s: { a: { b: '1.5' } },
        m: { k: 1 },
        id: '0190163d-8694-739b-aea5-966c26f8ad90',
        v: new Float32Array([1, 2]),
        none: null,
      },
    ])
  })

  test('only the asked columns are read, and the plan knows their types', async () => {
    await write(rows)
    const p = pipeline('p').read('fs.file', { path: 'out.parquet', columns: ['yes', 'n'] })
    expect((await Array.fromAsync(project().rows(p)))[0]).toEqual({ yes: true, n: 1 })
    const plan = await project().plan(p.write('fs.file', { path: 'x.jsonl' }))
    expect(plan.source.columns).toMatchObject({ columns: { yes: 'boolean', n: 'integer' } })
    const missing = read('out.parquet', { columns: ['nothing'] })
    await expect(missing).rejects.toThrow(/nothing/)
  })

  test('a file that is cut off, damaged, encrypted, or of another kind is one clear error', async () => {
    await write(rows)
    const whole = readFileSync(join(folder, 'out.parquet'))
    const put = (bytes: Uint8Array) => writeFileSync(join(folder, 'bad.parquet'), bytes)
    const reasonOf = (bytes: Uint8Array) => {
      put(bytes)
      return read('bad.parquet').then(
        () => undefined,
        (error: unknown) => (MaestroError.is(error) ? error.message : error),
      )
    }
    expect(await reasonOf(whole.subarray(0, whole.length - 9))).toContain('it is cut off')
    expect(await reasonOf(new Uint8Array())).toContain('it is empty')
    expect(await reasonOf(Buffer.from('{"a":1}\n'))).toContain('it is no Parquet file')
    expect(await reasonOf(Buffer.concat([Buffer.from('PARE'), whole.subarray(4)]))).toContain('it is encrypted')
    const torn = Buffer.concat([whole.subarray(0, 40), Buffer.alloc(40), whole.subarray(80)])
    expect(await reasonOf(torn)).toContain('row group 1 cannot be read')
    // Wherever a byte is wrong, the result is rows or an error of ours.
    for (let at = 4; at < whole.length; at += 23) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0x5a
      const reason = await reasonOf(bytes)
      expect(reason === undefined || typeof reason === 'string', String(reason)).toBe(true)
    }
  })

  test('the day of a time stamp in the old form of 12 bytes counts before 1970, too', async () => {
    // Written by pyarrow, which counts the nanoseconds back from a later day.
    const written =
      'UEFSMRUAFWwVbCwVCBUAFQYVBhwAAAACAAAACAEVB8WlyMj//8gvJQD//////////4w9JQAAAAAAAAAAAIw9JQCAp7bFCwoAAHONJQAVBBksNQAYBnNjaGVtYRUCABUGJQIYAXQAFggZHBkcJgAcFQYZJQYAGRgBdBUAFggWkgEWkgEmCEkcFQAVABUCADwpBhkmAAgAAAAWkgEWCCYIFpIBACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyMS4wLjAZHBwAAAB+AAAAUEFSMQ=='
    writeFileSync(join(folder, 'old.parquet'), Buffer.from(written, 'base64'))
    expect((await read('old.parquet')).map(({ t }) => t)).toEqual([
      '1960-05-08T07:08:09.123456789Z',
      '1969-12-31T23:59:59.999999999Z',
      new Date(0),
      new Date('2026-01-02T03:04:05.678Z'),
    ])
  })

  test('of two columns with one name, none is lost: the file is refused', async () => {
    const twice =
      'UEFSMRUAFRwVHCwVAhUAFQYVBhwAAAACAAAAAgEBAAAAAAAAABUAFRwVHCwVAhUAFQYVBhwAAAACAAAAAgEDAAAAAAAAABUEGTw1ABgGc2NoZW1hFQQAFQQlAhgBYQAVBCUCGAFhABYCGRwZLCYAHBUEGSUGABkYAWEVABYCFkIWQiYISRwVABUAFQIAPCkGGSYAAgAAACYAHBUEGSUGABkYAWEVABYCFkIWQiZKSRwVABUAFQIAPCkGGSYAAgAAABaEARYCJggWhAEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDIxLjAuMBksHAAAHAAAALEAAABQQVIx'
    writeFileSync(join(folder, 'twice.parquet'), Buffer.from(twice, 'base64'))
    await expect(read('twice.parquet')).rejects.toThrow(/two columns "a"/)
  })
})
