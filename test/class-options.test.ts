// Classes of plugins that are used without a config: wrong options are errors that name the option and say what to do.
import { MaestroError } from '@maestro-dataflow/core'
import { TextChunker } from '@maestro-dataflow/plugin-ai'
import { ChromaVectorStore } from '@maestro-dataflow/plugin-chroma'
import { DBStorage } from '@maestro-dataflow/plugin-db'
import { FileStorage } from '@maestro-dataflow/plugin-fs'
import { LanceVectorStore } from '@maestro-dataflow/plugin-lance'
import * as table from '@maestro-dataflow/plugin-table'
import { expect, test } from 'vitest'

const wrong = {
  count: 'many',
  by: 4,
  columns: 7,
  where: 1,
  path: 3,
  url: 5,
  collection: [],
  directory: 'steps',
} as never

test.each<[string, () => unknown]>([
  ['AggregateRowsOperator', () => new table.AggregateRowsOperator(wrong)],
  ['CastColumnsOperator', () => new table.CastColumnsOperator(wrong)],
  ['DedupeRowsOperator', () => new table.DedupeRowsOperator(wrong)],
  ['DropColumnsOperator', () => new table.DropColumnsOperator(wrong)],
  ['FillMissingOperator', () => new table.FillMissingOperator(wrong)],
  ['FilterRowsOperator', () => new table.FilterRowsOperator(wrong)],
  ['LimitRowsOperator', () => new table.LimitRowsOperator(wrong)],
  ['OutliersOperator', () => new table.OutliersOperator(wrong)],
  ['RenameColumnsOperator', () => new table.RenameColumnsOperator(wrong)],
  ['SampleRowsOperator', () => new table.SampleRowsOperator(wrong)],
  ['SelectColumnsOperator', () => new table.SelectColumnsOperator(wrong)],
  ['SortRowsOperator', () => new table.SortRowsOperator(wrong)],
  ['TextChunker', () => new TextChunker(wrong)],
  ['FileStorage', () => new FileStorage(wrong)],
  ['DBStorage', () => DBStorage.open(wrong)],
  ['LanceVectorStore', () => LanceVectorStore.open(wrong)],
  ['ChromaVectorStore', () => ChromaVectorStore.open(wrong)],
])('%s refuses wrong options with a typed error and a hint', async (_, make) => {
  const error: unknown = await new Promise((resolve) => resolve(make())).catch((failure) => failure)
  if (!MaestroError.is(error)) throw error
  expect(error.code).toMatch(/_OPTIONS$/)
  expect(error.message).toMatch(/count|by|columns|where|path|url|collection|input|dimensions/)
  expect(error.hint).toBeTruthy()
})
