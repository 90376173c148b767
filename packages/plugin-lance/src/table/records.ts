import type { VectorEntry, VectorMetadata, VectorRecord } from '@maestro-dataflow/core'
import type { RecordBatch, Schema, Table } from 'apache-arrow'
import type { Arrow } from './load-lance.js'
import { termsOf } from './sql.js'

/** The columns of a store: metadata as JSON, and again as terms for filters. */
export function recordSchema(arrow: Arrow, dimensions: number, facts: ReadonlyMap<string, string>): Schema {
  const { Field, Utf8 } = arrow
  const vector = new arrow.FixedSizeList(dimensions, new Field('item', new arrow.Float32(), true))
  const fields = [
    new Field('id', new Utf8(), false),
    new Field('vector', vector, false),
    new Field('text', new Utf8(), true),
    new Field('metadata', new Utf8(), true),
    new Field('terms', new arrow.List(new Field('item', new Utf8(), true)), false),
  ]
  return new arrow.Schema(fields, new Map(facts))
}

/** Records as a table with these columns. Vectors are copied. */
export function toTable(arrow: Arrow, schema: Schema, records: readonly VectorRecord[]): Table {
  const { makeData, vectorFromArray } = arrow
  const { length } = records
  const dimensions = records[0]?.vector.length ?? 0
  const numbers = new Float32Array(length * dimensions)
  for (const [n, { vector }] of records.entries()) numbers.set(vector, n * dimensions)
  const child = makeData({ type: new arrow.Float32(), data: numbers, length: numbers.length, nullCount: 0 })
  const texts = (values: readonly (string | null)[]) => vectorFromArray(values, new arrow.Utf8()).data
  const [, vectorField, , , termsField] = schema.fields
  const children = [
    texts(records.map(({ id }) => id)),
    [makeData({ type: vectorField?.type as InstanceType<Arrow['FixedSizeList']>, length, nullCount: 0, child })],
    texts(records.map(({ text = null }) => text)),
    texts(records.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata)))),
    vectorFromArray(
      records.map(({ metadata }) => termsOf(metadata)),
      termsField?.type as InstanceType<Arrow['List']>,
    ).data,
  ].flatMap(([data]) => (data === undefined ? [] : [data]))
  const struct = makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children })
  return new arrow.Table(schema, new arrow.RecordBatch(schema, struct))
}

/** The entry of a row. */
export function entryOf(batch: RecordBatch, row: number): VectorEntry {
  const text: unknown = batch.getChild('text')?.get(row)
  const metadata: unknown = batch.getChild('metadata')?.get(row)
  return toEntry(
    String(batch.getChild('id')?.get(row)),
    typeof text === 'string' ? text : undefined,
    typeof metadata === 'string' ? metadata : undefined,
  )
}

export function toEntry(id: string, text: string | undefined, metadata: string | undefined): VectorEntry {
  return {
    id,
    ...(text === undefined ? {} : { text }),
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as VectorMetadata }),
  }
}

/** The numbers of a batch's vectors, one after the other. */
export function vectorNumbers(batch: RecordBatch, dimensions: number): Float32Array {
  const [data] = batch.getChild('vector')?.data ?? []
  const values = data?.children[0]?.values as Float32Array | undefined
  return values?.subarray(0, batch.numRows * dimensions) ?? new Float32Array()
}
