// The pipelines of the tests of partitions: one stage that loses rows in every way, asks a model, and writes files.

import { pipeline, prompt } from '@maestro-dataflow/core'

/**
 * Questions with lines that are no rows, also at the beginning, side by side, and at the end.
 *
 * @param {number} rows
 */
export const brokenQuestions = (rows) =>
  Array.from({ length: rows }, (_, row) => {
    const line = `{"row":${row},"question":"What of row ${row}?"}`
    if (row === 0) return `no row\n${line}\n`
    if (row % 5 === 4) return `broken ${row}\nbroken too\n${line}\n`
    return row === rows - 1 ? `${line}\nthe end` : `${line}\n`
  }).join('')

/**
 * @param {readonly string[]} paths The files to write.
 * @param {(row: number) => void} [measured] Called for every row at the end of the stage.
 */
export const losing = (paths, measured = () => undefined) => {
  const rows = pipeline('losing')
    .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
    .map(
      (row) => {
        if (Number(row.row) % 6 === 3) throw new Error(`row ${row.row} is refused`)
        return row
      },
      { id: 'check', columns: { reads: ['row'] } },
    )
    .filter((row, context) => (Number(row.row) % 7 === 5 ? context.drop('a fifth') : true), { id: 'choose' })
    .flatMap((row) => Array.from({ length: Number(row.row) % 4 === 2 ? 2 : 1 }, (_, part) => ({ ...row, part })), {
      id: 'split',
    })
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' }, { id: 'ask' })
    .map(
      (row) => {
        measured(Number(row.row))
        return { ...row, length: String(row.answer).length }
      },
      { id: 'measure' },
    )
  const columns = /** @type {const} */ (['row', 'question', 'part', 'answer', 'length'])
  return paths.reduce(
    (written, path, index) =>
      written.write('fs.file', path.endsWith('.csv') ? { path, columns } : { path }, { id: `sink-${index}` }),
    rows,
  )
}
