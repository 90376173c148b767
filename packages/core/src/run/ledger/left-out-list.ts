import type { RowId } from '../../contracts/row.js'
import type { IdList, LeftOutRows } from '../../contracts/table-engine.js'
import type { ByteReader, ByteWriter } from './byte-columns.js'
import type { Fact } from './facts.js'

/** Rows that a table step left out whose ids are numbers after a prefix, so that each takes only a few bytes. */
export interface LeftOutList {
  readonly step: string
  readonly reason?: string
  readonly prefix: string
  readonly numbers: Float64Array
  /** The rows that were kept in their place, for rows that were merged. */
  readonly into?: { readonly prefix: string; readonly numbers: Float64Array }
}

/** What can be read of a list without unpacking it. */
export interface LeftOutHead {
  readonly step: string
  readonly reason?: string
  readonly prefix: string
  readonly count: number
  readonly least: number
  readonly most: number
  /** The prefix of the rows that were kept. */
  readonly into?: string
}

/** The list of these rows, or undefined if their ids are not numbers after a prefix. */
export function leftOutList(step: string, { ids, into, reason }: LeftOutRows): LeftOutList | undefined {
  if (!('numbers' in ids) || (into !== undefined && !('numbers' in into))) return undefined
  return { step, ...ids, ...(reason === undefined ? {} : { reason }), ...(into === undefined ? {} : { into }) }
}

/** Writes each id by itself. */
export function listRowIds(ids: IdList): readonly RowId[] {
  return 'numbers' in ids ? Array.from(ids.numbers, (number) => `${ids.prefix}${number}`) : ids
}

export function headOf({ step, reason, prefix, numbers, into }: LeftOutList): LeftOutHead {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const number of numbers) {
    if (number < least) least = number
    if (number > most) most = number
  }
  return {
    step,
    ...(reason === undefined ? {} : { reason }),
    prefix,
    count: numbers.length,
    least,
    most,
    ...(into === undefined ? {} : { into: into.prefix }),
  }
}

export function writeList(writer: ByteWriter, { numbers, into }: LeftOutList): void {
  writeNumbers(writer, numbers)
  if (into !== undefined) writeNumbers(writer, into.numbers)
}

export function readList(reader: ByteReader, { step, reason, prefix, count, into }: LeftOutHead): LeftOutList {
  const numbers = readNumbers(reader, count)
  return {
    step,
    ...(reason === undefined ? {} : { reason }),
    prefix,
    numbers,
    ...(into === undefined ? {} : { into: { prefix: into, numbers: readNumbers(reader, count) } }),
  }
}

/** Whether an id may be that of a row in the list. */
export function mayList(id: RowId, { prefix, least, most }: LeftOutHead): boolean {
  const number = numberAfter(prefix, id)
  return number !== undefined && number >= least && number <= most
}

/** The fact about a row, if the list holds it. */
export function factIn(list: LeftOutList, id: RowId): Fact | undefined {
  const number = numberAfter(list.prefix, id)
  const index = number === undefined ? -1 : list.numbers.indexOf(number)
  return index === -1 ? undefined : factAt(list, index)
}

/** The rows of a list, in their order, with the fact about each. */
export function* factsOf(list: LeftOutList): Generator<{ readonly id: RowId; readonly fact: Fact }> {
  for (const [index, number] of list.numbers.entries())
    yield { id: `${list.prefix}${number}`, fact: factAt(list, index) }
}

function factAt({ step, reason, into }: LeftOutList, index: number): Fact {
  return into === undefined
    ? { kind: 'dropped', step, reason }
    : { kind: 'merged', step, into: `${into.prefix}${into.numbers[index]}` }
}

function numberAfter(prefix: string, id: RowId): number | undefined {
  const digits = id.startsWith(prefix) ? id.slice(prefix.length) : ''
  return /^(0|[1-9]\d{0,14})$/.test(digits) ? Number(digits) : undefined
}

/** Writes the steps from one number to the next: an even number for a step up, and an odd one for a step down. */
function writeNumbers(writer: ByteWriter, numbers: Float64Array): void {
  let before = 0
  for (const number of numbers) {
    writer.integer(number >= before ? (number - before) * 2 : (before - number) * 2 - 1)
    before = number
  }
}

function readNumbers(reader: ByteReader, count: number): Float64Array {
  const numbers = new Float64Array(count)
  let before = 0
  for (let index = 0; index < count; index++) {
    const step = reader.integer()
    before += step % 2 === 0 ? step / 2 : -(step + 1) / 2
    numbers[index] = before
  }
  return numbers
}
