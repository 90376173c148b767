import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { decodeStepLine, encodeStepLine, type ParquetConversion, type ParquetFiles, type ParquetOutput, type Row, type TableCounts, type TableFile, type TableParquetRequest } from '@maestro-dataflow/core'
import { MemoryEngine } from './memory-engine.js'

/** A right engine whose Parquet files are step files. Wrong ones change one method of it. */
export class ParquetMemoryEngine extends MemoryEngine {
  async writeParquet({ input, output }: ParquetConversion<TableFile, ParquetOutput>): Promise<number> {
    await copyFile(input.path, output.path)
    return (await rowsIn(input.path)).length
  }

  async readParquet({ input: { paths, idPrefixes }, output }: ParquetConversion<ParquetFiles, TableFile>): Promise<number> {
    const files = await Promise.all(paths.map(rowsIn))
    const lines = files.flatMap((rows, file) => rows.map((row, index) => `${encodeStepLine(`${idPrefixes[file]}${index + 1}`, this.convert(row))}\n`))
    await writeFile(output.path, lines.join(''))
    return lines.length
  }

  convert(row: Row): Row {
    return row
  }

  async executeOnParquet(request: TableParquetRequest): Promise<readonly TableCounts[]> {
    const read: TableFile = { path: `${request.output.path}.read`, format: 'step' }
    await this.readParquet({ ...request, output: read })
    const counts = await this.execute({ ...request, input: [read], reject: () => undefined, leftOut: undefined })
    return request.statements.map(() => counts)
  }
}

const rowsIn = async (path: string) => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '').map((line) => decodeStepLine(line).row)
