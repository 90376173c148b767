import type { Maestro } from '@maestro-dataflow/core/runtime'
import { formatName, formatValue } from '../terminal/format-value.js'
import { type FileSource, firstRows } from './file-rows.js'

/** A few questions with their answers, read from the output file. */
export async function answerExamples(
  project: Maestro,
  file: FileSource,
  columnsBefore: readonly string[],
  asked: readonly string[],
  width: number,
): Promise<readonly string[]> {
  const rows = await firstRows(project, file, 3)
  return rows.map((row) => {
    const value = (column: string) => formatValue(row[column], Math.floor(width / 2) - 6)
    const answers = Object.keys(row).filter((column) => !columnsBefore.includes(column))
    const [question] = asked
    const about = question === undefined ? '' : value(question)
    return `  ${about} -> ${answers.map((column) => `${formatName(column)}: ${value(column)}`).join(', ')}`
  })
}
