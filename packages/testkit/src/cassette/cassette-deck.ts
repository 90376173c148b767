import { existsSync } from 'node:fs'
import {
  boundedCall,
  didYouMean,
  type LLMRequest,
  MaestroError,
  type MaestroErrorInit,
  maestroError,
  type Serving,
} from '@maestro-dataflow/core'
import { ask, type Described, describeServing, type ServingCall, servingOf } from '../around-serving.js'
import { canonical, canonicalJson } from '../canonical.js'
import { testkitError } from '../errors.js'
import { differences, nearest } from './differences.js'
import { Scrubber } from './scrubber.js'
import { type Take, type TakePlace, Tape } from './tape.js'

/** The options of a cassette. */
export interface CassetteOptions {
  /** The path of the file; it ends in `.jsonl`. */
  readonly path: string
  /**
   * - `replay`: uses only what is recorded, and makes no real call.
   * - `record`: makes every call and rewrites the file.
   * - `auto`: replays what is recorded, and makes and records other calls. If the environment variable CI is set, it
   *   is the same as `replay`.
   *
   * @default 'auto'
   */
  readonly mode?: 'record' | 'replay' | 'auto'
  /**
   * Texts that must not be stored in the file. Keys of the usual forms, and the values of variables with names that
   * suggest a secret, are never stored.
   */
  readonly secrets?: readonly string[]
}

/** The end of a call that is stopped from here; there is nothing to replay. */
const ownEnds = ['MAESTRO_SERVING_ABORTED', 'MAESTRO_SERVING_TIMEOUT']

/** Plays and records one cassette, for any number of servings. */
export class CassetteDeck {
  readonly #path: string
  readonly #mode: 'record' | 'replay' | 'auto'
  readonly #scrubber: Scrubber
  /** How often each call was made. */
  readonly #made = new Map<string, number>()
  #tape: Tape | undefined

  constructor({ path, mode = 'auto', secrets = [] }: CassetteOptions) {
    this.#path = path
    this.#mode = mode === 'auto' && (process.env.CI ?? '') !== '' ? 'replay' : mode
    this.#scrubber = new Scrubber(secrets)
  }

  /**
   * @param config The serving's part of the config; recordings under another config cannot be used.
   * @throws MAESTRO_TESTKIT_CASSETTE_MISSING, _BROKEN, _SERVING, _UNRECORDED for another config
   */
  serving(name: string, make: () => Serving, config?: Readonly<Record<string, unknown>>): Serving {
    const tape = this.#opened()
    const setting = config === undefined ? undefined : canonical(this.#scrubber.settings(config))
    let made: Serving | undefined
    const real = () => {
      made ??= make()
      // Repeated for each call, because some facts, such as the dimension, are known only after the first.
      const described = this.#scrubber.settings(describeServing(made))
      tape.servings.set(name, { described, ...(setting === undefined ? {} : { config: setting }) })
      return made
    }
    const described = this.#recorded(tape, name, setting) ?? describeServing(real())
    return servingOf<Serving>(
      described as unknown as Pick<Serving, 'kind' | 'name'>,
      (call) => this.#answer(tape, name, real, call),
      async () => made?.dispose?.(),
    )
  }

  #opened(): Tape {
    if (this.#tape !== undefined) return this.#tape
    const exists = existsSync(this.#path)
    if (this.#mode === 'replay' && !exists) throw testkitError('MAESTRO_TESTKIT_CASSETTE_MISSING', { path: this.#path })
    this.#tape = this.#mode === 'record' || !exists ? new Tape(this.#path) : Tape.read(this.#path)
    return this.#tape
  }

  /** The description of a serving on the tape. */
  #recorded(tape: Tape, name: string, setting: unknown): Described | undefined {
    const recorded = tape.servings.get(name)
    if (recorded === undefined && this.#mode === 'replay') {
      const known = [...tape.servings.keys()]
      const suggestion = didYouMean(name, known)
      throw testkitError('MAESTRO_TESTKIT_CASSETTE_SERVING', { path: this.#path, name, known, suggestion })
    }
    if (recorded === undefined || canonicalJson(recorded.config) === canonicalJson(setting)) return recorded?.described
    if (this.#mode === 'replay')
      throw this.#unrecorded(name, differences({ config: recorded.config }, { config: setting }))
    tape.erase(name)
    return undefined
  }

  #answer(tape: Tape, name: string, real: () => Serving, call: ServingCall): Promise<unknown> {
    const request = canonical(this.#scrubber.content(asSent(call.request)))
    const key = `${name} ${canonicalJson(request)}`
    return boundedCall({ serving: name, ...call.options }, async () => {
      const turn = this.#made.get(key) ?? 0
      this.#made.set(key, turn + 1)
      const take = this.#mode === 'record' ? undefined : tape.take(name, request, turn)
      if (take !== undefined) return play(take)
      if (this.#mode !== 'replay') return this.#record(tape, { name, request, turn }, real(), call)
      const times = tape.takes(name, request)
      const played = { path: this.#path, serving: name, times, call: canonicalJson(request) }
      if (times > 0) throw testkitError('MAESTRO_TESTKIT_CASSETTE_PLAYED', played)
      const near = nearest(tape.requests(name), request)
      throw this.#unrecorded(name, near === undefined ? [] : differences(near, request))
    })
  }

  async #record(tape: Tape, place: TakePlace, serving: Serving, call: ServingCall): Promise<unknown> {
    const end = await ask(serving, call).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    )
    if ('error' in end) {
      if (ownEnds.some((code) => MaestroError.is(end.error, code))) throw end.error
      tape.put(place, { error: this.#scrubber.settings(errorAsData(place.name, end.error)) })
    } else tape.put(place, { result: this.#scrubber.content(end.result) })
    await tape.save()
    if ('error' in end) throw end.error
    return end.result
  }

  #unrecorded(serving: string, differing: readonly string[]): MaestroError {
    const details = { path: this.#path, serving, differences: differing }
    return testkitError('MAESTRO_TESTKIT_CASSETTE_UNRECORDED', details)
  }
}

/** The version of a prompt is not part of the request to a model. */
function asSent(request: ServingCall['request']): object {
  const { promptVersion: _, ...sent } = request as LLMRequest
  return sent
}

function play(take: Take): unknown {
  if ('result' in take) return take.result
  throw new MaestroError(take.error)
}

function errorAsData(serving: string, error: unknown): MaestroErrorInit {
  if (!MaestroError.is(error))
    return errorAsData(serving, maestroError('MAESTRO_SERVING_FAILED', { serving, reason: String(error) }))
  const { code, message, hint, details, retryable, stopsRun } = error
  return { code, message, hint, details, retryable, stopsRun }
}
