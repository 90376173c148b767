import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ParquetFiles } from '../../contracts/source.js'
import type { TableFile } from '../../contracts/table-engine.js'
import type { CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import type { RunContext } from '../run-context.js'
import { readStepFile } from '../state/step-file.js'

/**
 * Lets the table engine write the rows of Parquet files as a step file.
 *
 * @returns whether it could; if not, the source has to read the rows
 */
export async function readParquet(input: ParquetFiles, output: TableFile, context: RunContext): Promise<boolean> {
  const engine = await context.tableEngine()
  if (engine?.readParquet === undefined) return false
  const directory = dirname(output.path)
  await mkdir(directory, { recursive: true })
  return (await engine.readParquet({ input, output, signal: context.signal, directory })) !== undefined
}

/**
 * Lets the table engine write the rows of a step file to a sink that takes a Parquet file.
 *
 * @returns whether it could; if not, the sink has to get the rows
 */
export async function writeParquet(sink: CompiledSink, path: string, context: RunContext): Promise<boolean> {
  const engine = await context.tableEngine()
  if (engine?.writeParquet === undefined) return false
  const { parquet } = await context.outputs.open(sink)
  if (parquet === undefined) return false
  const rows = await engine.writeParquet({
    input: { path, format: 'step' },
    columns: sink.columns,
    output: parquet,
    signal: context.signal,
    directory: dirname(path),
  })
  if (rows === undefined) return false
  parquet.written(rows)
  context.counters.get(sink.node.id)?.add({ rowsIn: rows, rowsOut: rows })
  await showFirstRows(path, context)
  return true
}

/** Gives the first rows of an output to the report. */
async function showFirstRows(path: string, { samples }: RunContext): Promise<void> {
  if (samples === undefined) return
  for await (const { ids, rows } of readStepFile(path)) return samples.output(ids, rows)
}
