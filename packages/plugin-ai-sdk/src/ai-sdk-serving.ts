import type { CallBounds, CallOptions, Price, ServingBase } from '@maestro-dataflow/core'
import type { ModelFacts } from './model-facts.js'
import { toServingError } from './to-serving-error.js'

/** The common part of servings with models of the AI SDK: their facts, and the model that the first call loads. */
export abstract class AISDKServing<Model> implements ServingBase {
  readonly name: string
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly identity: ServingBase['identity']
  readonly account: string | undefined
  readonly price: Price | undefined
  readonly #load: () => Promise<Model>
  #loaded: Promise<Model> | undefined

  constructor(facts: ModelFacts, load: () => Promise<Model>) {
    this.name = facts.name
    this.provider = facts.provider
    this.model = facts.model
    this.identity = facts.identity
    this.account = facts.account
    this.price = facts.price
    this.#load = load
  }

  protected loaded(): Promise<Model> {
    if (this.#loaded !== undefined) return this.#loaded
    const loaded = this.#load()
    this.#loaded = loaded
    // A package that could not be imported may be installed the next time.
    loaded.catch(() => {
      this.#loaded = undefined
    })
    return loaded
  }

  protected boundsOf({ signal, timeout }: CallOptions): CallBounds {
    return { serving: this.name, signal, timeout, toError: (error) => toServingError(this.name, error) }
  }
}
