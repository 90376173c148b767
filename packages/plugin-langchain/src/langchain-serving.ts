import type { CallBounds, CallOptions, Price, ServingBase } from '@maestro-dataflow/core'
import type { ModelFacts } from './model-facts.js'
import { toServingError } from './to-serving-error.js'

/** What the servings of LangChain's classes have in common: their facts, and what is made by the first call. */
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
    // What could not be imported may be there the next time.
    this.#made.catch(() => {
      this.#made = undefined
    })
    return this.#made
  }
}

/** The bounds of one call to a class of LangChain. Not all of those classes listen to a signal. */
export function boundsOf(serving: string, { signal, timeout }: CallOptions): CallBounds {
  return { serving, signal, timeout, toError: (error) => toServingError(serving, error) }
}
