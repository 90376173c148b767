import { open } from 'node:fs/promises'
import type { RowId, TableFile } from '@maestro-dataflow/core'
import { type Choice, fate } from '../../../engine/choose-lines.js'
import { RowsUnfit } from '../../../engine/connect.js'
import {
  carriageReturn,
  chunkBytes,
  newline,
  OutputText,
  rowMark,
  textMark,
  wholeLinesOf,
} from '../../../engine/copy-lines.js'
import { idOf } from '../../../engine/left-out.js'

/** The members that the matches of the next rows add, in the order of the rows. */
export interface MatchReader {
  /** The members for each match of a line, as text that begins with a comma; none if there is no match. */
  at(position: number): readonly string[] | Promise<readonly string[]>
}

/** Lines to which members are added. */
export interface JoinedCopy {
  readonly files: readonly TableFile[]
  readonly output: TableFile
  readonly step: string
  /** The fates of the lines, which become known here. */
  readonly choice: Choice
  readonly matches: MatchReader
  /** The members that a row without a match gets; undefined if it is left out. */
  readonly unmatched: string | undefined
  readonly seen: ((line: Buffer, position: number) => void) | undefined
  readonly signal: AbortSignal
}

/** What was copied. */
export interface CopiedJoin {
  readonly rows: number
  /** The lines that were read, blank ones included. */
  readonly lines: number
  /** The rows that became several rows. */
  readonly splits: readonly (readonly [id: RowId, rows: number])[]
}

/**
 * Copies lines with members that are added at the end of their rows.
 *
 * @throws RowsUnfit at a line that must be read as a row
 */
export async function copyJoined(copy: JoinedCopy): Promise<CopiedJoin> {
  const { files, output, choice, matches, unmatched, seen, signal, step } = copy
  const { fates } = choice
  const target = await open(output.path, 'w')
  const text = new OutputText(target)
  const splits: (readonly [RowId, number])[] = []
  let lines = 0
  let rows = 0
  try {
    for (const file of files) {
      const first = lines
      for await (const chunk of wholeLinesOf(file.path, signal)) {
        for (let start = 0; start < chunk.length; ) {
          const found = chunk.indexOf(newline, start)
          const next = found === -1 ? chunk.length : found + 1
          let end = found === -1 ? chunk.length : found
          if (end > start && chunk[end - 1] === carriageReturn) end--
          if (end === start) fates[lines] = fate.absent
          else {
            const reading = matches.at(lines)
            const given = Array.isArray(reading) ? (reading as readonly string[]) : await reading
            const added = given.length === 0 && unmatched !== undefined ? [unmatched] : given
            if (added.length > 0) {
              fates[lines] = fate.kept
              const line = lineAt(chunk, start, end, file, lines - first + 1)
              if (added.length > 1) splits.push([line.id(), added.length])
              for (const [index, members] of added.entries()) {
                const child = added.length === 1 ? undefined : `${line.id()}/${step}/${index}`
                writeLine(text, line, output.format, child, members)
              }
              rows += added.length
            }
            seen?.(chunk.subarray(start, end), lines)
          }
          lines++
          start = next
          if (text.length >= chunkBytes) await text.flush(chunkBytes)
        }
      }
    }
    await text.flush(1)
  } finally {
    await target.close()
  }
  return { rows, lines, splits }
}

/** A line, and where its row lies in it. */
interface Line {
  readonly chunk: Buffer
  readonly start: number
  /** Where the text of the row begins. */
  readonly row: number
  /** The place of the bracket that closes the row. */
  readonly close: number
  readonly isStep: boolean
  readonly isEmpty: boolean
  id(): string
}

const closing = 0x7d
const opening = 0x7b

function lineAt(chunk: Buffer, start: number, end: number, file: TableFile, number: number): Line {
  const isStep = file.format === 'step'
  const line = chunk.subarray(start, end)
  // The row is in the line twice, in different forms.
  if (isStep && line.subarray(0, textMark.length).equals(textMark)) throw new RowsUnfit()
  let close = lastVisible(chunk, end)
  if (isStep) close = lastVisible(chunk, close)
  if (chunk[close] !== closing) throw new RowsUnfit()
  return {
    chunk,
    start,
    row: isStep ? start + line.indexOf(rowMark) + rowMark.length : start,
    close,
    isStep,
    isEmpty: chunk[lastVisible(chunk, close)] === opening,
    id: () => (isStep ? idOf(line) : `${file.idPrefix ?? ''}${number}`),
  }
}

/** The place of the last byte before a place that is no white space. */
function lastVisible(chunk: Buffer, before: number): number {
  let at = before - 1
  while ((chunk[at] ?? opening) <= 0x20) at--
  return at
}

function writeLine(
  text: OutputText,
  { chunk, start, row, close, isStep, isEmpty, id }: Line,
  format: TableFile['format'],
  child: string | undefined,
  members: string,
): void {
  if (format === 'rows') text.copy(chunk, start, close)
  else if (isStep && child === undefined) text.copy(chunk, start, close)
  else {
    text.write(`{"id":${JSON.stringify(child ?? id())},"row":`)
    text.copy(chunk, row, close)
  }
  text.write(`${isEmpty ? members.slice(1) : members}${format === 'rows' ? '}\n' : '}}\n'}`)
}
