import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { RowId } from '../contracts/row.js'
import { maestroError } from '../errors/error-table.js'
import type { MaestroError } from '../errors/maestro-error.js'

/** One line of `events.jsonl`. */
export type JournalEvent =
  | { readonly event: 'run-start'; readonly pipeline: string; readonly runId: string }
  | { readonly event: 'stage-start'; readonly stage: number; readonly name: string }
  | { readonly event: 'stage-done'; readonly stage: number; readonly steps: Readonly<Record<string, unknown>> }
  | { readonly event: 'sink-done'; readonly sink: string; readonly rows: number; readonly location: string }
  | { readonly event: 'run-done'; readonly status: string; readonly error?: unknown }

/** One line of `rejects.jsonl`. */
export interface RejectLine {
  readonly id: RowId
  readonly step: string
  readonly use: string
  readonly code: string
  readonly message: string
  readonly tries: number
  readonly row: unknown
}

/**
 * The journals of a run, appended line by line: `events.jsonl` says what happened when, `rejects.jsonl` holds every
 * row that failed with the reason. Nothing is written for runs that keep no folder.
 */
export class Journal {
  readonly #folder: string | undefined
  #events: number | undefined
  #rejects: number | undefined

  /** @param folder The run folder, or undefined to write nothing. */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  event(event: JournalEvent): void {
    if (this.#folder === undefined) return
    this.#events ??= this.#open('events.jsonl')
    this.#append(this.#events, { time: new Date().toISOString(), ...event })
  }

  reject(line: RejectLine): void {
    if (this.#folder === undefined) return
    this.#rejects ??= this.#open('rejects.jsonl')
    this.#append(this.#rejects, line)
  }

  close(): void {
    for (const file of [this.#events, this.#rejects]) if (file !== undefined) closeSync(file)
    this.#events = undefined
    this.#rejects = undefined
  }

  #open(name: string): number {
    return openSync(join(this.#folder ?? '', name), 'a')
  }

  #append(file: number, line: object): void {
    try {
      writeSync(file, `${JSON.stringify(line, jsonable)}\n`)
    } catch (error) {
      throw maestroError('MAESTRO_RUN_STATE', { path: this.#folder ?? '', reason: (error as Error).message }, error)
    }
  }
}

/** The reject line of a row and its error. */
export function toRejectLine(id: RowId, use: string, row: unknown, error: MaestroError): RejectLine {
  return { id, step: error.step ?? '', use, code: error.code, message: error.message, tries: 1, row }
}

/** Values that JSON lacks, readable: journals are for people and programs that look, step files are what keeps values. */
function jsonable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  return value
}
