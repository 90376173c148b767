import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { MaestroError } from '../../errors/maestro-error.js'
import { addToTally, noRejects, type RejectLine, type RejectTally } from '../state/journal.js'
import { replaceFile } from './replace-file.js'

/**
 * The rejected rows on record, by step. Lines that are damaged belong to no step.
 *
 * @param most The number of a step's first rows that count. @default all
 */
export async function tallyRejects(
  path: string,
  most: (step: string) => number = () => Number.POSITIVE_INFINITY,
): Promise<ReadonlyMap<string, RejectTally>> {
  const tallies = new Map<string, RejectTally>()
  for await (const text of linesOf(path)) {
    const line = parse(text)
    if (line === undefined) continue
    const known = tallies.get(line.step) ?? noRejects
    if (known.rows < most(line.step)) tallies.set(line.step, addToTally(known, text))
  }
  return tallies
}

/**
 * Removes the rejected rows that will be recorded again from the file.
 *
 * @param steps The number of each step's first rows that stay.
 * @param kept Receives each line that stays, in order. @throws MAESTRO_RUN_STATE
 */
export async function keepRejects(
  path: string,
  steps: ReadonlyMap<string, number>,
  kept: (line: RejectLine, error: MaestroError, text: string) => void,
): Promise<void> {
  if (!existsSync(path)) return
  const counts = new Map<string, number>()
  await replaceFile(
    path,
    async (file) => {
      for await (const text of linesOf(path)) {
        const line = parse(text)
        const count = counts.get(line?.step ?? '') ?? 0
        if (line === undefined || count >= (steps.get(line.step) ?? 0)) continue
        counts.set(line.step, count + 1)
        await file.appendFile(`${text}\n`)
        kept(line, errorOf(line), text)
      }
    },
    ['rejects-synced', 'rejects-renamed'],
  )
}

async function* linesOf(path: string): AsyncGenerator<string> {
  if (existsSync(path)) yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

function parse(text: string): RejectLine | undefined {
  try {
    return JSON.parse(text) as RejectLine
  } catch {
    return undefined
  }
}

function errorOf({ id, step, code, message, hint, tries }: RejectLine): MaestroError {
  return new MaestroError({ code, message, hint }).at({ step, rowId: id, tries })
}
