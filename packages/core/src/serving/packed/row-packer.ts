import { createHash } from 'node:crypto'
import type { JsonSchema } from '../../contracts/schema.js'
import type { CallOptions, LLMRequest, LLMResult } from '../../contracts/serving.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { answerDataOf } from '../answers/answer-data.js'
import { mendJson } from '../answers/mend-json.js'
import type { UsageRecord } from '../usage-record.js'
import { canPack, type PackedItem, type PackedTask, packedRequest, readPackedAnswers } from './packed-request.js'

/** A row's request on its way to a provider. */
export interface PackedQuestion {
  readonly request: LLMRequest
  readonly options: CallOptions
  readonly record: UsageRecord
  /** Sends a request to the provider. */
  call(request: LLMRequest, options: CallOptions, record: UsageRecord): Promise<LLMResult>
  /** Creates an empty record of the same serving. */
  newRecord(): UsageRecord
}

/** A row's answer, and whether the usage of its call is recorded with this row. */
export interface PackedAnswer {
  readonly result: LLMResult
  readonly first: boolean
}

interface Waiting {
  readonly question: PackedQuestion
  readonly values: Readonly<Record<string, string>>
  readonly id: string
  resolve(answer: PackedAnswer | undefined): void
  reject(error: unknown): void
}

/** How long a row waits for others to join its call, in milliseconds. */
const patience = 20

/** The number of calls in progress while it is unknown whether the model can answer several rows at once. */
const trialCalls = 3

/** Errors that a single row of a call may have caused. */
const perhapsOneRow = new Set([
  'MAESTRO_SERVING_BAD_REQUEST',
  'MAESTRO_SERVING_CONTEXT_TOO_LONG',
  'MAESTRO_SERVING_REQUEST_TOO_LARGE',
  'MAESTRO_SERVING_CUT_OFF',
  'MAESTRO_SERVING_FILTERED',
  'MAESTRO_SERVING_REFUSED',
  'MAESTRO_SERVING_UNEXPECTED_REPLY',
  'MAESTRO_SERVING_UNFINISHED',
])

/**
 * Packs the requests of several rows into one call. Ids identify the rows in the request and the reply, so that no
 * answer reaches another row. A row without a readable answer is asked alone. The usage of a call is divided among its
 * rows.
 *
 * The first calls show whether a model is capable of this: if fewer than half of the rows of several calls receive a
 * usable answer, all further rows are asked alone.
 */
export class RowPacker {
  readonly #task: PackedTask
  readonly #rowsPerCall: number
  readonly #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #calls = 0
  /** The number of rows that were asked together, and of those that received a usable answer. */
  #asked = 0
  #usable = 0
  #givenUp = false

  constructor(rowsPerCall: number, task: PackedTask) {
    this.#rowsPerCall = canPack(task.schema) ? rowsPerCall : 1
    this.#task = task
  }

  /** The schema of the answer to one row. */
  get schema(): JsonSchema | undefined {
    return this.#task.schema
  }

  /** A part of the answer's key, because the other rows of a call may affect it. */
  get version(): string {
    return `packed ${this.#rowsPerCall}`
  }

  /** @returns undefined if the row has to be asked alone */
  ask(question: PackedQuestion, values: Readonly<Record<string, string>>): Promise<PackedAnswer | undefined> {
    if (this.#rowsPerCall < 2 || this.#givenUp) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, values, id: this.#newId(values), resolve, reject })
      this.#schedule()
    })
  }

  /**
   * Learns from the outcome of rows that were asked together.
   *
   * @param usable The number of rows with a usable answer.
   */
  learn(rows: number, usable: number): void {
    this.#asked += rows
    this.#usable += usable
    // Old outcomes lose weight, because the model behind a name may have been replaced.
    if (this.#asked >= 20 * this.#rowsPerCall) {
      this.#asked /= 2
      this.#usable /= 2
    }
    if (this.#isTried && this.#usable < this.#asked / 2) this.#giveUp()
  }

  get #isTried(): boolean {
    return this.#asked >= trialCalls * this.#rowsPerCall
  }

  #giveUp(): void {
    if (this.#givenUp) return
    this.#givenUp = true
    const rows = this.#waiting.splice(0)
    rows[0]?.question.record.warn(this.#warning)
    for (const row of rows) row.resolve(undefined)
  }

  get #warning(): string {
    return `The model answered fewer than half of the rows when it was asked about ${this.#rowsPerCall} rows at once. From now on, it is asked about each row alone. Set \`rowsPerCall: 1\` to skip this trial.`
  }

  /** Sends a full call at once, and an incomplete one after a short wait for more rows. */
  #schedule(): void {
    while (this.#waiting.length >= this.#rowsPerCall && this.#hasTurn) this.#flush()
    if (this.#waiting.length > 0 && this.#hasTurn) this.#timer ??= setTimeout(() => this.#flush(), patience)
  }

  get #hasTurn(): boolean {
    return this.#isTried || this.#calls < trialCalls
  }

  /** Ids depend on the values, not on the position, so that a model that copies them cannot be off by one. */
  #newId(values: object): string {
    const hash = createHash('sha256').update(JSON.stringify(values)).digest('hex')
    const taken = (id: string) => this.#waiting.some((other) => other.id === id)
    let id = hash.slice(0, 4)
    for (let turn = 2; taken(id); turn++) id = `${hash.slice(0, 4)}-${turn}`
    return id
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#calls++
    void this.#send(this.#waiting.splice(0, this.#rowsPerCall)).finally(() => {
      this.#calls--
      // The answers are checked before the next call is sent.
      setImmediate(() => this.#schedule())
    })
  }

  async #send(rows: readonly Waiting[]): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    if (rows.length === 1 || this.#givenUp) {
      if (this.#givenUp) first.question.record.warn(this.#warning)
      for (const row of rows) row.resolve(undefined)
      return
    }
    const record = first.question.newRecord()
    try {
      const request = this.#requestFor(rows, first.question.request)
      const result = await first.question.call(request, this.#optionsFor(rows), record)
      const ids = rows.map(({ id }) => id)
      const answers = await answersIn(result, ids)
      this.learn(rows.length - answers.size, 0)
      if (answers.size === 0) return await this.#sendHalves(rows, record)
      for (const [index, row] of rows.entries()) {
        row.question.record.takeShare(record, index, rows.length)
        row.resolve(toAnswer(result, answers.get(row.id), row.question.record, index === 0))
      }
    } catch (error) {
      if (MaestroError.is(error) && perhapsOneRow.has(error.code)) {
        this.learn(rows.length, 0)
        return await this.#sendHalves(rows, record)
      }
      for (const row of rows) row.reject(error)
    }
  }

  /** A call without a usable answer is charged all the same. */
  async #sendHalves(rows: readonly Waiting[], record: UsageRecord): Promise<void> {
    for (const [index, row] of rows.entries()) row.question.record.takeShare(record, index, rows.length)
    const half = Math.ceil(rows.length / 2)
    await Promise.all([this.#send(rows.slice(0, half)), this.#send(rows.slice(half))])
  }

  #requestFor(rows: readonly Waiting[], { messages: _, schema: __, ...settings }: LLMRequest): LLMRequest {
    const items = rows.map(({ id, values }): PackedItem => ({ id, values }))
    return packedRequest(this.#task, items, settings)
  }

  /** The call is stopped when none of its rows is needed any more. */
  #optionsFor(rows: readonly Waiting[]): CallOptions {
    const [first] = rows
    const signals = new Set(rows.map(({ question }) => question.options.signal))
    const { check: _, ...options } = first?.question.options ?? {}
    if (signals.size === 1 || signals.has(undefined)) return options
    const stop = new AbortController()
    let left = signals.size
    for (const signal of signals) {
      const leave = () => {
        left--
        if (left === 0) stop.abort(signal?.reason)
      }
      if (signal?.aborted === true) leave()
      else signal?.addEventListener('abort', leave, { once: true })
    }
    return { ...options, signal: stop.signal }
  }
}

const noAnswers: ReadonlyMap<string, unknown> = new Map()

/** A draft may precede the list of answers: the last list with the most answers counts. */
async function answersIn(result: LLMResult, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const { found: values, inside } = answerDataOf(result)
  // Some models write one line for each row instead of a list.
  const lines = values.map(({ value }) => value)
  const lists = [...values, ...inside, { value: lines }].map(({ value }) => readPackedAnswers(value, ids))
  const found = lists.reduce((most, list) => (list.size > most.size ? list : most), noAnswers)
  return found.size > 0 ? found : readPackedAnswers(await mendJson(result.text), ids)
}

function toAnswer(
  { rateLimits: _, logprobs: __, ...result }: LLMResult,
  answer: unknown,
  { usage = result.usage }: UsageRecord,
  first: boolean,
): PackedAnswer | undefined {
  if (answer === undefined) return undefined
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return { result: { ...result, text, object: answer, finishReason: 'stop', usage }, first }
}
