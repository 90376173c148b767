import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { ownFile } from '../../builtin/state-directory.js'
import type { RowId } from '../../contracts/row.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { stateError, stateErrors } from './state-errors.js'

/** One line of `events.jsonl`, which also has a `time` (ISO 8601). A run that was killed has no `run-done`. */
export type JournalEvent =
  | { readonly event: 'run-start'; readonly pipeline: string; readonly runId: string }
  /** Another process continues the run. `owner`: the number of its lease. */
  | { readonly event: 'run-resumed'; readonly owner: number }
  /** A stage that had finished in an earlier process and is not run again. */
  | { readonly event: 'stage-reused'; readonly stage: number; readonly name: string }
  /** A stage that had finished and is run again. */
  | { readonly event: 'stage-redone'; readonly stage: number; readonly name: string; readonly reason: string }
  | { readonly event: 'stage-start'; readonly stage: number; readonly name: string }
  /** `steps`: the counts of each step of the stage. */
  | { readonly event: 'stage-done'; readonly stage: number; readonly steps: Readonly<Record<string, unknown>> }
  | { readonly event: 'sink-done'; readonly sink: string; readonly rows: number; readonly location: string }
  | { readonly event: 'run-done'; readonly status: string; readonly error?: unknown }

/** One line of `rejects.jsonl`. */
export interface RejectLine {
  readonly id: RowId
  /** `source`, or the id of the step or sink. */
  readonly step: string
  /** The name of the storage or operator, or `function`. */
  readonly use: string
  readonly code: string
  readonly message: string
  /** The remedy for the user. */
  readonly hint?: string | undefined
  /** The number of attempts for the row. */
  readonly tries: number
  /**
   * The row as it reached the step, for people to read: bytes are replaced by their number; big integers, NaN, and the
   * infinities are texts.
   */
  readonly row: unknown
}

/** The number of rejected rows of a step, and the CRC32 of their lines. */
export interface RejectTally {
  readonly rows: number
  readonly crc32: number
}

export const noRejects: RejectTally = { rows: 0, crc32: 0 }

export function addToTally({ rows, crc32: sum }: RejectTally, line: string): RejectTally {
  return { rows: rows + 1, crc32: crc32(line, sum) }
}

/**
 * The journals of a run, which are appended line by line. `events.jsonl` says what happened and when; `rejects.jsonl`
 * holds every row that failed, with the reason. A run that keeps no folder writes neither.
 */
export class Journal {
  readonly #folder: string | undefined
  #events: number | undefined
  #rejects: number | undefined
  readonly #tallies = new Map<string, RejectTally>()

  /** @param folder The run folder, or undefined to write nothing. */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  /** @throws MAESTRO_RUN_STATE */
  event(event: JournalEvent): void {
    if (this.#folder === undefined) return
    this.#events ??= this.#open('events.jsonl')
    this.#append(this.#events, { time: new Date().toISOString(), ...event })
  }

  /** @throws MAESTRO_RUN_STATE */
  reject(line: RejectLine): void {
    if (this.#folder === undefined) return
    this.#rejects ??= this.#open('rejects.jsonl')
    this.#tally(line.step, this.#append(this.#rejects, line))
  }

  /** Counts a line of a rejected row that is on record from an earlier process of the run. */
  restored(step: string, text: string): void {
    this.#tally(step, text)
  }

  /** The rejected rows of some steps; a step without any is missing. */
  tallies(steps: readonly string[]): Readonly<Record<string, RejectTally>> {
    return Object.fromEntries(
      steps.flatMap((step) => {
        const tally = this.#tallies.get(step)
        return tally === undefined ? [] : [[step, tally]]
      }),
    )
  }

  /** Writes the rejected rows to the disk. @throws MAESTRO_RUN_STATE */
  sync(): void {
    if (this.#rejects === undefined) return
    try {
      fdatasyncSync(this.#rejects)
    } catch (error) {
      throw stateError(this.#folder ?? '', error)
    }
  }

  /** Like `sync`, without holding up other work. @throws MAESTRO_RUN_STATE */
  async syncRejects(): Promise<void> {
    const file = this.#rejects
    if (file === undefined) return
    await stateErrors(this.#folder ?? '', () => promisify(fdatasync)(file))
  }

  /** Removes a line of the events that a crash has cut. @throws MAESTRO_RUN_STATE */
  continueEvents(): void {
    const path = join(this.#folder ?? '', 'events.jsonl')
    try {
      const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
      const end = text.lastIndexOf(0x0a) + 1
      if (end < text.length) truncateSync(path, end)
    } catch (error) {
      throw stateError(path, error)
    }
  }

  close(): void {
    for (const file of [this.#events, this.#rejects]) if (file !== undefined) closeSync(file)
    this.#events = undefined
    this.#rejects = undefined
  }

  #open(name: string): number {
    const path = join(this.#folder ?? '', name)
    try {
      return openSync(path, 'a', ownFile)
    } catch (error) {
      throw stateError(path, error)
    }
  }

  #tally(step: string, text: string): void {
    this.#tallies.set(step, addToTally(this.#tallies.get(step) ?? noRejects, text))
  }

  /** @returns the text of the line */
  #append(file: number, line: object): string {
    const text = toJson(line)
    try {
      appendFileSync(file, `${text}\n`)
      return text
    } catch (error) {
      throw stateError(this.#folder ?? '', error)
    }
  }
}

/** The line of `rejects.jsonl` for a row and its error. */
export function toRejectLine(id: RowId, use: string, row: unknown, error: MaestroError): RejectLine {
  const { step = '', code, message, hint, tries = 1 } = error
  return { id, step, use, code, message, hint, tries, row }
}

/**
 * Values that JSON cannot express, in a readable form. Journals are for people and for programs that read them; step
 * files preserve values. A value that JSON refuses, such as a circular one, is replaced by a description.
 */
function toJson(line: object): string {
  try {
    return JSON.stringify(line, jsonable)
  } catch {
    const described = Object.entries(line).map(([key, value]): [string, unknown] => [
      key,
      typeof value === 'object' ? inspect(value) : value,
    ])
    return JSON.stringify(Object.fromEntries(described))
  }
}

// The holder is needed, because JSON makes null of a date that is none before it passes it on.
function jsonable(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  const given = this[key]
  return value === null && given instanceof Date ? String(given) : value
}
