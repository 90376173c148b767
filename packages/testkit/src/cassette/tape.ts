import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { MaestroErrorInit } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Described } from '../around-serving.js'
import { canonicalJson } from '../canonical.js'
import { testkitError } from '../errors.js'
import { decode, encode } from './codec.js'

/** How one call ended. */
export type Take = { readonly result: unknown } | { readonly error: MaestroErrorInit }

/** The call that a take belongs to. */
export interface TakePlace {
  readonly name: string
  readonly request: unknown
  /** How often the same request was made before. */
  readonly turn: number
}

/**
 * The calls with the same request, in the order in which they were made; calls in progress or aborted ones are
 * undefined.
 */
interface Recording {
  readonly name: string
  readonly request: unknown
  readonly takes: (Take | undefined)[]
}

/** A serving on the tape. */
export interface RecordedServing {
  readonly described: Described
  /** Its part of the config. */
  readonly config?: unknown
}

const version = 1

const call = { call: z.string(), request: z.unknown(), turn: z.number().int().positive() }
const lines = z.union([
  z.strictObject({ cassette: z.number() }),
  z.strictObject({
    serving: z.string(),
    described: z.looseObject({ kind: z.string(), name: z.string() }),
    config: z.unknown().optional(),
  }),
  z.strictObject({ ...call, result: z.unknown() }),
  z.strictObject({ ...call, error: z.looseObject({ code: z.string(), message: z.string() }) }),
])

/**
 * The file of a cassette: JSON Lines, sorted by serving, request, and turn, so that unchanged lines keep their place.
 * It is written as a whole under a temporary name and renamed.
 */
export class Tape {
  readonly #path: string
  readonly servings = new Map<string, RecordedServing>()
  readonly #recordings = new Map<string, Recording>()
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** @throws MAESTRO_TESTKIT_CASSETTE_BROKEN */
  static read(path: string): Tape {
    const tape = new Tape(path)
    for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
      if (text.trim() === '') continue
      const reason = tape.#takeIn(text)
      if (reason !== undefined) throw testkitError('MAESTRO_TESTKIT_CASSETTE_BROKEN', { path, line: index + 1, reason })
    }
    return tape
  }

  take(name: string, request: unknown, turn: number): Take | undefined {
    return this.#recordings.get(keyOf(name, request))?.takes[turn]
  }

  /** How often a call was recorded. */
  takes(name: string, request: unknown): number {
    return this.#recordings.get(keyOf(name, request))?.takes.length ?? 0
  }

  /** The requests to a serving. */
  requests(name: string): readonly unknown[] {
    return [...this.#recordings.values()].filter((known) => known.name === name).map(({ request }) => request)
  }

  put({ name, request, turn }: TakePlace, take: Take): void {
    const key = keyOf(name, request)
    const known = this.#recordings.get(key) ?? { name, request, takes: [] }
    known.takes[turn] = take
    this.#recordings.set(key, known)
  }

  /** Removes a serving and its calls from the tape. */
  erase(name: string): void {
    this.servings.delete(name)
    for (const [key, known] of this.#recordings) if (known.name === name) this.#recordings.delete(key)
  }

  /** Resolves when the current contents of the tape are in the file. @throws MAESTRO_TESTKIT_CASSETTE_WRITE */
  save(): Promise<void> {
    // Changes during a write are combined into one write after it.
    this.#next ??= (this.#writing ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#writing = this.#next
        this.#next = undefined
        return this.#write()
      })
    return this.#next
  }

  async #write(): Promise<void> {
    const partial = `${this.#path}.${process.pid}.partial`
    try {
      await mkdir(dirname(this.#path), { recursive: true })
      await writeFile(partial, `${this.#lines().join('\n')}\n`)
      await rename(partial, this.#path)
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined)
      const reason = (error as Error).message
      throw testkitError('MAESTRO_TESTKIT_CASSETTE_WRITE', { path: this.#path, reason }, error)
    }
  }

  #lines(): readonly string[] {
    const servings = [...this.servings].sort(([one], [other]) => compare(one, other))
    const calls = [...this.#recordings].sort(([one], [other]) => compare(one, other))
    return [
      encode({ cassette: version }),
      ...servings.map(([serving, recorded]) => encode({ serving, ...recorded })),
      ...calls.flatMap(([, { name, request, takes }]) =>
        takes
          .filter((take) => take !== undefined)
          .map((take, turn) => encode({ call: name, request, turn: turn + 1, ...take })),
      ),
    ]
  }

  /** Adds a line. @returns the reason if that is impossible */
  #takeIn(text: string): string | undefined {
    let line: unknown
    try {
      line = decode(JSON.parse(text))
    } catch (error) {
      return (error as Error).message
    }
    const parsed = lines.safeParse(line)
    if (!parsed.success) return 'it is not a line of a cassette'
    const { data } = parsed
    if ('call' in data) {
      const { call: name, request, turn, ...take } = data
      this.put({ name, request, turn: turn - 1 }, take as Take)
    } else if ('serving' in data) {
      const { serving, ...recorded } = data
      this.servings.set(serving, recorded as RecordedServing)
    } else if (data.cassette !== version)
      return `it has version ${data.cassette}, but this package reads version ${version}`
    return undefined
  }
}

const keyOf = (name: string, request: unknown): string => `${name} ${canonicalJson(request)}`

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
