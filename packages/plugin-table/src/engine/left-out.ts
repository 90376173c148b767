import type { RowId, TableFile, TableRequest, TableStatement } from '@maestro-dataflow/core'
import { type Choice, fate } from './choose-lines.js'

export type Receive = NonNullable<TableRequest['leftOut']>

/** At most this number of rows is reported at once. */
export const batchRows = 65_536

/** Reports the rows that a statement left out, in their order. */
export interface LeftOutReport {
  /** Must be given each line of a step file, because its id is in it. */
  readonly seen?: (line: Buffer, position: number) => void
  /** Reports the rows that are not reported yet. @param offsets The position at which each file begins. */
  finish(offsets: readonly number[]): void
}

/** How the rows of these files are reported: by their ids in a step file, and by the numbers of their lines otherwise. */
export function reportLeftOut(
  leftOut: Receive,
  reason: string | undefined,
  files: readonly TableFile[],
  choice: Choice,
): LeftOutReport {
  const receive: Receive = (rows) => leftOut({ ...rows, ...(reason === undefined ? {} : { reason }) })
  if (files.every(({ format }) => format === 'rows'))
    return { finish: (offsets) => reportNumbers(receive, files, choice, offsets) }
  return choice.into === undefined ? new DroppedIds(receive, choice) : new MergedIds(receive, choice.fates, choice.into)
}

/** Reports lines of rows: their ids are a prefix and the number of the line. */
function reportNumbers(
  receive: Receive,
  files: readonly TableFile[],
  { fates, into }: Choice,
  offsets: readonly number[],
): void {
  const fileAt = (position: number) => offsets.findLastIndex((offset) => offset <= position)
  const idsOf = (file: number, numbers: readonly number[]) => ({
    prefix: files[file]?.idPrefix ?? '',
    numbers: Float64Array.from(numbers),
  })
  let [file, target] = [0, 0]
  let numbers: number[] = []
  let targets: number[] = []
  const report = () => {
    if (numbers.length === 0) return
    receive({ ids: idsOf(file, numbers), ...(into === undefined ? {} : { into: idsOf(target, targets) }) })
    numbers = []
    targets = []
  }
  for (
    let position = fates.indexOf(fate.leftOut);
    position !== -1;
    position = fates.indexOf(fate.leftOut, position + 1)
  ) {
    const kept = into?.[position] ?? position
    const [own, other] = offsets.length === 1 ? [0, 0] : [fileAt(position), fileAt(kept)]
    if (own !== file || other !== target || numbers.length === batchRows) report()
    file = own
    target = other
    numbers.push(position - (offsets[own] ?? 0) + 1)
    targets.push(kept - (offsets[other] ?? 0) + 1)
  }
  report()
}

/** Reports rows of step files while their lines are read. */
class DroppedIds implements LeftOutReport {
  readonly #receive: Receive
  readonly #choice: Choice
  #ids: RowId[] = []

  constructor(receive: Receive, choice: Choice) {
    this.#receive = receive
    this.#choice = choice
  }

  readonly seen = (line: Buffer, position: number): void => {
    if (this.#choice.fates[position] !== fate.leftOut) return
    this.#ids.push(idOf(line))
    if (this.#ids.length === batchRows) this.finish()
  }

  finish(): void {
    if (this.#ids.length > 0) this.#receive({ ids: this.#ids })
    this.#ids = []
  }
}

/** Collects the ids of rows of step files that were merged, because the row that was kept may follow them. */
class MergedIds implements LeftOutReport {
  readonly #receive: Receive
  readonly #into: Uint32Array
  readonly #fates: Uint8Array
  readonly #isTarget: Uint8Array
  readonly #ids = new Map<number, RowId>()

  constructor(receive: Receive, fates: Uint8Array, into: Uint32Array) {
    this.#receive = receive
    this.#fates = fates
    this.#into = into
    this.#isTarget = new Uint8Array(fates.length)
    fates.forEach((one, position) => {
      if (one === fate.leftOut) this.#isTarget[into[position] as number] = 1
    })
  }

  readonly seen = (line: Buffer, position: number): void => {
    if (this.#fates[position] === fate.leftOut || this.#isTarget[position] === 1) this.#ids.set(position, idOf(line))
  }

  finish(): void {
    let ids: RowId[] = []
    let into: RowId[] = []
    const report = () => {
      if (ids.length > 0) this.#receive({ ids, into })
      ids = []
      into = []
    }
    for (const [position, id] of this.#ids) {
      if (this.#fates[position] !== fate.leftOut) continue
      ids.push(id)
      into.push(this.#ids.get(this.#into[position] as number) as RowId)
      if (ids.length === batchRows) report()
    }
    report()
  }
}

const idMark = '{"id":'
const quote = 34
const backslash = 92

/** The id in a line of a step file. */
export function idOf(line: Buffer): RowId {
  if (line.toString('latin1', 0, idMark.length) !== idMark)
    return (JSON.parse(line.toString('utf8')) as { readonly id: RowId }).id
  let end = idMark.length + 1
  while (line[end] !== quote) end += line[end] === backslash ? 2 : 1
  return JSON.parse(line.toString('utf8', idMark.length, end + 1)) as RowId
}

/** Why a statement drops a row, for people. */
export function reasonOf(statement: TableStatement): string | undefined {
  switch (statement.kind) {
    case 'filter':
      return `not ${statement.where}`
    case 'limit':
      return 'beyond the limit'
    case 'sample':
      return 'not in the sample'
    default:
      return undefined
  }
}
