import type { RequestDoneEvent, RequestEvent, ServingStateEvent } from '../contracts/events.js'
import type { ResponseCache } from '../contracts/response-cache.js'
import type { CallOptions } from '../contracts/serving.js'
import type { Budgets } from '../contracts/serving-settings.js'
import type { MaestroError } from '../errors/maestro-error.js'
import type { MediaAccess } from '../media/media-access.js'
import { ResponseCaches } from './answers/response-caches.js'
import type { RunAnswers } from './answers/run-answers.js'
import { BudgetKeeper } from './budget/budgets.js'
import { LimitGates } from './limiter/shared/limit-gates.js'
import { RefusedSettings } from './refused-settings.js'

/** Receives events of calls. */
export interface ServingObserver {
  /** May change the request. */
  requestStart?(event: RequestEvent): RequestEvent
  requestDone?(event: RequestDoneEvent): void
  servingState?(event: ServingStateEvent): void
}

/** What the servings of a project share: the response cache, the budgets, and the observers of calls. */
export class ServingPlane {
  readonly answers: ResponseCaches
  readonly budgets: BudgetKeeper
  readonly gates: LimitGates
  readonly refusedSettings: RefusedSettings
  readonly observer: ServingObserver
  /** The folders and addresses from which images and recordings may be read. */
  readonly media: MediaAccess
  /** Removes secrets from an error before it is stored. */
  readonly redact: (error: MaestroError) => MaestroError

  readonly #promptVersions = new Map<string, ReadonlyMap<string, string>>()

  constructor(
    parts: {
      /** The shared response cache, or a function that creates it when it is needed. */
      readonly cache?: ResponseCache | (() => ResponseCache | undefined) | undefined
      /** Called when the shared response cache fails. */
      readonly onCacheFault?: (error: unknown) => void
      readonly budgets?: Budgets | undefined
      /** The limits and budgets that several processes share. */
      readonly gates?: LimitGates | undefined
      /** What is known from earlier runs. @default nothing */
      readonly refusedSettings?: RefusedSettings
      readonly observer?: ServingObserver
      readonly media?: MediaAccess
      readonly redact?: (error: MaestroError) => MaestroError
    } = {},
  ) {
    const { cache } = parts
    this.answers = new ResponseCaches(typeof cache === 'function' ? cache : () => cache, parts.onCacheFault)
    this.gates = parts.gates ?? new LimitGates(() => undefined)
    this.budgets = new BudgetKeeper(parts.budgets, this.gates)
    this.refusedSettings = parts.refusedSettings ?? new RefusedSettings()
    this.observer = parts.observer ?? {}
    this.media = parts.media ?? {}
    this.redact = parts.redact ?? ((error) => error)
  }

  /**
   * Notes the versions of the prompts of a run's steps: they are part of what identifies an answer, whether an operator
   * passes them on or not.
   *
   * @param answers The record of the run's calls. Without it, the answers of the run are in memory.
   * @param isFresh Whether the answers of other runs are not reused.
   */
  beginRun(run: string, promptVersions: ReadonlyMap<string, string>, answers?: RunAnswers, isFresh = false): void {
    this.#promptVersions.set(run, promptVersions)
    if (answers !== undefined) this.answers.beginRun(run, answers, isFresh)
  }

  /** The version of the prompt of a step. */
  promptVersion({ run, step }: CallOptions): string | undefined {
    return run === undefined || step === undefined ? undefined : this.#promptVersions.get(run)?.get(step)
  }

  /** Removes what belongs to one run. */
  async endRun(run: string): Promise<void> {
    this.#promptVersions.delete(run)
    await this.budgets.endRun(run)
    await this.answers.endRun(run)
  }
}
