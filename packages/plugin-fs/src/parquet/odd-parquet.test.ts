import { pipeline, type Row } from '@maestro-dataflow/core'
import { parquetMetadata, type SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'

const { write, project, rows } = temporaryProject()

interface Column {
  readonly name: string
  readonly data: readonly unknown[]
}

function parquetOf(columns: readonly Column[], elements: readonly SchemaElement[]): Uint8Array {
  const writer = new ByteWriter()
  const root = { name: 'schema', num_children: columns.length }
  const parquet = new ParquetWriter({ writer, schema: [root, ...elements] })
  parquet.write({ columnData: columns.map(({ name, data }) => ({ name, data: [...data] })) })
  parquet.finish()
  return new Uint8Array(writer.getBytes())
}

const read = (columns?: readonly string[]): Promise<Row[]> =>
  Array.fromAsync(
    project().rows(pipeline('p').read('fs.file', { path: 'odd.parquet', ...(columns && { columns: [...columns] }) })),
  )

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const

test('a map keeps every key, whatever its name is', async () => {
  const data = [
    {
      tags: [
        { key: '__proto__', value: 1 },
        { key: 'constructor', value: 2 },
      ],
    },
    { tags: [] },
    { tags: [{ key: 'a', value: undefined }] },
    undefined,
  ].map((one) => one?.tags)
  const elements: SchemaElement[] = [
    { name: 'tags', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', repetition_type: 'REQUIRED', ...text },
    { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32' },
  ]
  const maps = data.map((entries) => entries && new Map(entries.map(({ key, value }) => [key, value])))
  write('odd.parquet', parquetOf([{ name: 'tags', data: maps }], elements))
  const found = (await read()).map(({ tags }) => tags)
  expect(found.map((tags) => tags && Object.entries(tags))).toEqual([
    [
      ['__proto__', 1],
      ['constructor', 2],
    ],
    [],
    [['a', null]],
    null,
  ])
})

test('a list whose repeated group is the item itself, as older programs write it', async () => {
  const elements: SchemaElement[] = [
    { name: 'words', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
    { name: 'array', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', repetition_type: 'REQUIRED', ...text },
    { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32' },
  ]
  const words = [
    new Map([
      ['tea', 2],
      ['milk', undefined],
    ]),
    new Map(),
    undefined,
  ]
  // The writer knows such groups as those of maps. They have the same pages.
  const bytes = parquetOf([{ name: 'words', data: words }], elements)
  const asList = withMetadata(bytes, (metadata) => {
    for (const element of metadata.schema) if (element.converted_type === 'MAP') element.converted_type = 'LIST'
  })
  write('odd.parquet', asList)
  expect(await read()).toEqual([
    {
      words: [
        { key: 'tea', value: 2 },
        { key: 'milk', value: null },
      ],
    },
    { words: [] },
    { words: null },
  ])
})

test('an encrypted column is named as such, and the others are read', async () => {
  const elements: SchemaElement[] = [
    { name: 'open', repetition_type: 'REQUIRED', type: 'INT32' },
    { name: 'secret', repetition_type: 'REQUIRED', type: 'INT32' },
  ]
  const columns = [
    { name: 'open', data: [1, 2] },
    { name: 'secret', data: [3, 4] },
  ]
  const encrypted = withMetadata(parquetOf(columns, elements), (metadata) => {
    const column = metadata.row_groups[0]?.columns[1]
    if (column !== undefined) column.encrypted_column_metadata = new Uint8Array([1, 2, 3])
  })
  write('odd.parquet', encrypted)
  expect(await failure(read())).toMatchObject({
    code: 'MAESTRO_FS_PARQUET',
    message: expect.stringContaining('it is encrypted'),
  })
  expect(await read(['open'])).toEqual([{ open: 1 }, { open: 2 }])
})

test('columns that are nested too deep are a clear error', async () => {
  const depth = 2000
  const groups = Array.from({ length: depth }, (): SchemaElement => {
    return { name: 'a', repetition_type: 'REQUIRED', num_children: 1 }
  })
  const flat = parquetOf([{ name: 'a', data: [1] }], [{ name: 'a', repetition_type: 'REQUIRED', type: 'INT32' }])
  const deep = withMetadata(flat, (metadata) => {
    metadata.schema.splice(1, 0, ...groups)
    const [column] = metadata.row_groups[0]?.columns ?? []
    if (column?.meta_data !== undefined) column.meta_data.path_in_schema = Array.from({ length: depth + 1 }, () => 'a')
  })
  write('odd.parquet', deep)
  expect(await failure(read())).toMatchObject({ message: expect.stringContaining('nested too deep') })
})

test('a map whose keys are not texts is a list of its pairs', async () => {
  const elements: SchemaElement[] = [
    { name: 'id', repetition_type: 'REQUIRED', type: 'INT32' },
    { name: 'counts', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', repetition_type: 'REQUIRED', type: 'INT64' },
    { name: 'value', repetition_type: 'OPTIONAL', ...text },
  ]
  const counts = [
    new Map([
      [1n, 'a'],
      [2n ** 60n, undefined],
    ] as const),
    new Map(),
    undefined,
  ]
  write(
    'odd.parquet',
    parquetOf(
      [
        { name: 'id', data: [1, 2, 3] },
        { name: 'counts', data: counts },
      ],
      elements,
    ),
  )
  expect(await read()).toEqual([
    {
      id: 1,
      counts: [
        { key: 1, value: 'a' },
        { key: 2n ** 60n, value: null },
      ],
    },
    { id: 2, counts: [] },
    { id: 3, counts: null },
  ])
})

const bytes = (value: string) => new TextEncoder().encode(value)
const year = 365n * 86_400_000n

test.each<[string, readonly unknown[], SchemaElement['type'], Partial<SchemaElement>, unknown[], string]>([
  [
    'JSON that is not valid',
    [bytes('{"a":1}'), bytes('{"a":'), bytes('3')],
    'BYTE_ARRAY',
    { converted_type: 'JSON' },
    [{ a: 1 }, 3],
    'its text is not valid JSON',
  ],
  [
    'bytes that are no text',
    [bytes('\uFEFFé'), new Uint8Array([0x61, 0xff]), bytes('b')],
    'BYTE_ARRAY',
    { converted_type: 'UTF8' },
    ['\uFEFFé', 'b'],
    'its bytes are not valid text in UTF-8',
  ],
  [
    'a time that no date holds',
    [0n, 300_000n * year, year],
    'INT64',
    { converted_type: 'TIMESTAMP_MILLIS' },
    ['1970-01-01T00:00:00.000Z', '1971-01-01T00:00:00.000Z'],
    'is out of range',
  ],
  [
    'a day that no date holds',
    [0, 2_000_000_000, 365],
    'INT32',
    { converted_type: 'DATE' },
    ['1970-01-01T00:00:00.000Z', '1971-01-01T00:00:00.000Z'],
    'is out of range',
  ],
])('%s costs its row', async (_, data, type, element, expected, reason) => {
  const stored: SchemaElement[] = [{ name: 'v', repetition_type: 'REQUIRED', type: type ?? 'INT32' }]
  const file = withMetadata(parquetOf([{ name: 'v', data }], stored), (metadata) => {
    Object.assign(metadata.schema[1] ?? {}, element)
  })
  write('odd.parquet', file)
  const found = await rows({ path: 'odd.parquet' })
  expect(found.rows.map(({ v }) => v)).toEqual(expected)
  expect(found.rejects).toEqual([['odd.parquet:2', expect.stringContaining(reason)]])
  expect(found.rejects[0]?.[1]).toContain('"v"')
})

test('a value in a list that cannot be read costs its row', async () => {
  const elements: SchemaElement[] = [
    { name: 'v', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
  ]
  const data = [[bytes('1'), undefined], [bytes('2'), bytes('nope')], undefined, []]
  const file = withMetadata(parquetOf([{ name: 'v', data }], elements), (metadata) => {
    Object.assign(metadata.schema[3] ?? {}, { converted_type: 'JSON' })
  })
  write('odd.parquet', file)
  const found = await rows({ path: 'odd.parquet' })
  expect(found.rows).toEqual([{ v: [1, null] }, { v: null }, { v: [] }])
  expect(found.rejects.map(([id]) => id)).toEqual(['odd.parquet:2'])
})

/** A file with another description at its end. */
function withMetadata(bytes: Uint8Array, change: (metadata: ReturnType<typeof parquetMetadata>) => void): Uint8Array {
  const metadata = parquetMetadata(bytes.slice().buffer)
  change(metadata)
  const length = new DataView(bytes.buffer).getUint32(bytes.length - 8, true)
  const writer = new ByteWriter()
  writer.appendBytes(bytes.subarray(0, bytes.length - 8 - length))
  writeMetadata(writer, metadata)
  writer.appendBytes(new TextEncoder().encode('PAR1'))
  return new Uint8Array(writer.getBytes())
}
