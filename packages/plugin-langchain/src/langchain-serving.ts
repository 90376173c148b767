import type { CallBounds, CallOptions, Price, ServingBase } from '@maestro-dataflow/core'
import type { ModelFacts } from './model-facts.js'
import { toServingError } from './to-serving-error.js'

/** The common part of servings with LangChain's classes: their facts, and the instance that the first call creates. */
export abstract class LangChainServing<Thing> implements ServingBase {
  readonly name: string
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly identity: ServingBase['identity']
  readonly account: string | undefined
  readonly price: Price | undefined
  readonly concurrency: number | undefined
  readonly #make: () => Promise<Thing>
  #made: Promise<Thing> | undefined

  constructor(facts: ModelFacts, make: () => Promise<Thing>) {
    this.name = facts.name
    this.provider = facts.provider
    this.model = facts.model
    this.identity = facts.identity
    this.account = facts.account
    this.price = facts.price
    this.concurrency = facts.concurrency
    this.#make = make
  }

  protected made(): Promise<Thing> {
    this.#made ??= this.#make()
    // A module that could not be imported may be available the next time.
    this.#made.catch(() => {
      this.#made = undefined
    })
    return this.#made
  }
}

/** The limits of one call to a LangChain class. Not all of those classes respect a signal. */
export function boundsOf(serving: string, { signal, timeout }: CallOptions): CallBounds {
  return { serving, signal, timeout, toError: (error) => toServingError(serving, error) }
}
