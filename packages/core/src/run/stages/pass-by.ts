import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row, RowId } from '../../contracts/row.js'
import { decodeStepLine } from '../../provider/step-codec.js'

/** The rows of a step over a whole table that do not match its condition, and the places of those that do. */
export interface DividedRows {
  /** The step file of the rows that match. */
  readonly matching: string
  /** The step file of the rows that pass by, and the place of each among all rows. */
  readonly path: string
  readonly places: readonly number[]
  /** The places of the rows that match, in their order, and by id. */
  readonly taken: readonly number[]
  readonly placeOf: ReadonlyMap<RowId, number>
}

/**
 * Divides the lines of a step file into those of rows that match a condition and the others.
 *
 * @param reject Receives the rows of which the condition cannot say whether they match.
 */
export async function divideRows(
  input: string,
  folder: string,
  matches: (row: Row) => boolean,
  reject: (id: RowId, row: Row, error: unknown) => void,
  signal: AbortSignal,
): Promise<DividedRows> {
  const isMatch = (id: RowId, row: Row) => {
    try {
      return matches(row)
    } catch (error) {
      reject(id, row, error)
      return undefined
    }
  }
  const [matching, path] = [join(folder, 'matching.jsonl'), join(folder, 'passing-by.jsonl')]
  const places: number[] = []
  const taken: number[] = []
  const placeOf = new Map<RowId, number>()
  const [kept, others] = [await Lines.open(matching), await Lines.open(path)]
  try {
    let place = 0
    for await (const line of linesOf(input)) {
      signal.throwIfAborted()
      const { id, row } = decodeStepLine(line)
      const found = isMatch(id, row)
      if (found === undefined) continue
      if (found) {
        taken.push(place)
        placeOf.set(id, place++)
        await kept.add(line)
      } else {
        places.push(place++)
        await others.add(line)
      }
    }
  } finally {
    await kept.close()
    await others.close()
  }
  return { matching, path, places, taken, placeOf }
}

/**
 * Puts the rows that passed by back among the rows that a step wrote. If these are the rows that match in another order,
 * they take the places of those rows. Otherwise each stands where it stood, and a row that the step has made stands behind
 * the row before it.
 */
export async function uniteRows(output: string, passed: DividedRows, signal: AbortSignal): Promise<void> {
  const { places, taken, placeOf } = passed
  const target = `${output}.united`
  const united = await Lines.open(target)
  const others = linesOf(passed.path)
  let next = 0
  const passOn = async (place: number) => {
    for (; next < places.length && (places[next] as number) < place; next++) {
      const { value } = await others.next()
      if (typeof value === 'string') await united.add(value)
    }
  }
  try {
    const isReordered = await hasSameRows(output, placeOf)
    let place = 0
    let index = 0
    for await (const line of linesOf(output)) {
      signal.throwIfAborted()
      const known = isReordered ? taken[index++] : placeOf.get(decodeStepLine(line).id)
      place = Math.max(place, known ?? 0)
      await passOn(place)
      await united.add(line)
    }
    await passOn(Number.POSITIVE_INFINITY)
  } finally {
    await united.close()
  }
  await rename(target, output)
  for (const path of [passed.matching, passed.path]) await rm(path, { force: true })
}

/** Whether a step file holds all rows that match, and no others. */
async function hasSameRows(path: string, placeOf: ReadonlyMap<RowId, number>): Promise<boolean> {
  const seen = new Set<RowId>()
  for await (const line of linesOf(path)) {
    const { id } = decodeStepLine(line)
    if (!placeOf.has(id) || seen.has(id)) return false
    seen.add(id)
  }
  return seen.size === placeOf.size
}

async function* linesOf(path: string): AsyncGenerator<string, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(10)
    const text = Buffer.concat([rest, chunk.subarray(0, end + 1)])
    rest = Buffer.from(chunk.subarray(end + 1))
    if (end === -1) rest = Buffer.concat([text, rest])
    else for (const line of text.toString('utf8').split('\n')) if (line !== '') yield line
  }
  if (rest.length > 0) yield rest.toString('utf8')
  return undefined
}

const flushCharacters = 1 << 18

/** Writes lines to a file. */
class Lines {
  readonly #file: FileHandle
  #lines: string[] = []
  #length = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(path: string): Promise<Lines> {
    return new Lines(await open(path, 'w'))
  }

  async add(line: string): Promise<void> {
    this.#lines.push(line, '\n')
    this.#length += line.length
    if (this.#length >= flushCharacters) await this.#flush()
  }

  async close(): Promise<void> {
    try {
      await this.#flush()
    } finally {
      await this.#file.close()
    }
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('')
    this.#lines = []
    this.#length = 0
    await this.#file.appendFile(text)
  }
}
