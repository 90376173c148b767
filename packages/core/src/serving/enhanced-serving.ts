import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { RequestDoneEvent } from '../contracts/events.js'
import type { CallOptions, ServingBase, ServingByKind, ServingKind } from '../contracts/serving.js'
import type { Price, ServingSettings } from '../contracts/serving-settings.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { classifyError } from '../provider/classify-error.js'
import type { AnswerPlace } from './answers/response-caches.js'
import type { CallPath } from './call/call-provider.js'
import { MisfitStreak } from './call/misfit-streak.js'
import { GatedLimiter } from './limiter/shared/gated-limiter.js'
import { joinLimiter } from './limiter/shared-limiters.js'
import { ServingPlane } from './serving-plane.js'
import { type ResolvedSettings, resolveSettings } from './serving-settings.js'
import { UsageRecord } from './usage-record.js'

/** What the serving plane passes to a serving of any kind. */
export interface EnhancedOptions {
  readonly plane?: ServingPlane
  readonly settings?: ServingSettings
  /** Its name in the config, for events. */
  readonly configName?: string | undefined
  /** Finds a serving of the config, for the setting `fallback`. */
  readonly find?: (<Kind extends ServingKind>(name: string, kind: Kind) => ServingByKind[Kind]) | undefined
}

/** The outcome of one request, including its usage for the record. */
export interface Answered<Result> extends Pick<RequestDoneEvent, 'from' | 'finishReason' | 'saved'> {
  readonly result: Result
}

/** The common part of the serving planes of all kinds. */
export abstract class EnhancedServing<Provider extends ServingBase & { readonly kind: ServingKind }> {
  readonly name: string
  /** Its name in the config. */
  readonly configName: string | undefined
  /** The provider itself. */
  readonly inner: Provider
  /** Its settings as they were passed. */
  readonly given: ServingSettings
  protected readonly plane: ServingPlane
  protected readonly settings: ResolvedSettings
  protected readonly path: CallPath
  readonly #leaveLimiter: () => void
  readonly #find: EnhancedOptions['find']

  constructor(provider: Provider, options: EnhancedOptions = {}) {
    const { plane = new ServingPlane(), settings = {}, configName, find } = options
    // A serving that was written without types may lack its name.
    const { name = configName ?? 'the serving', account, model = name } = provider
    this.#find = find
    this.name = name
    this.configName = configName
    this.inner = provider
    this.given = settings
    this.plane = plane
    this.settings = resolveSettings(provider, settings)
    const joined = joinLimiter({
      account,
      model,
      limits: this.settings.limits,
      total: this.settings.timeouts.total,
    })
    const gate = plane.gates.of(account, model)
    const limiter = gate === undefined ? joined.limiter : new GatedLimiter(joined.limiter, gate)
    const leaveGate = gate?.limit(this.settings.limits)
    this.path = {
      serving: provider,
      name,
      settings: this.settings,
      limiter,
      misfits: new MisfitStreak(),
      budgets: plane.budgets,
    }
    const stopObserving = limiter.observe((state) =>
      plane.observer.servingState?.({ serving: name, configName, ...state }),
    )
    this.#leaveLimiter = () => {
      stopObserving()
      leaveGate?.()
      joined.leave()
    }
  }

  get provider(): string {
    return this.inner.provider ?? this.name
  }

  get model(): string {
    return this.inner.model ?? this.name
  }

  /** Identifies the serving by its config or its provider. */
  get price(): Price | undefined {
    return this.settings.price
  }

  /** Disposes the provider. */
  async dispose(): Promise<void> {
    this.#leaveLimiter()
    await this.inner.dispose?.()
  }

  /** The serving that answers what this one does not answer. @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND */
  protected fallback<Kind extends ServingKind>(kind: Kind): ServingByKind[Kind] | undefined {
    const { fallback } = this.settings
    return fallback === undefined ? undefined : this.#find?.(fallback, kind)
  }

  /** Whether an answer may be reused by another call: within a run, and for servings whose answers are cached. */
  protected reuses({ run }: CallOptions): boolean {
    return run !== undefined || (this.settings.cache && this.inner.identity !== undefined)
  }

  protected answerPlace({ run, step, rowId }: CallOptions): AnswerPlace {
    return { serving: this.inner, shared: this.settings.cache, run, origin: { run, step, rowId } }
  }

  /**
   * Runs the work of one request and reports its usage when it ends, whatever the outcome.
   *
   * @throws a typed error for whatever the work throws
   */
  protected async recorded<Result>(
    options: CallOptions,
    work: (record: UsageRecord) => Promise<Answered<Result>>,
  ): Promise<{ readonly result: Result; readonly record: UsageRecord }> {
    const record = new UsageRecord(this.inner, options, this.settings.price)
    let answered: Answered<Result>
    try {
      answered = await work(record)
    } catch (cause) {
      throw this.#failed(record, options, cause)
    }
    const { result, ...outcome } = answered
    record.tell(this.plane.observer, { ...outcome, configName: this.configName })
    return { result, record }
  }

  /** Reports a failed request. @returns its typed error */
  #failed(record: UsageRecord, { signal }: CallOptions, cause: unknown): MaestroError {
    const error =
      signal?.aborted === true && !MaestroError.is(cause)
        ? maestroError('MAESTRO_SERVING_ABORTED', { serving: this.name }, cause)
        : classifyError(this.name, cause)
    record.tell(this.plane.observer, { from: 'provider', error, configName: this.configName })
    const { tries } = record.whole
    return tries > 1 ? error.at({ tries }) : error
  }
}
recogniseAcrossCopies(EnhancedServing, 'EnhancedServing')
