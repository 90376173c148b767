import type { RequestDoneEvent } from '@maestro-dataflow/core'
import { type Histogram, type MeterProvider, metrics } from '@opentelemetry/api'
import { modelAttributes } from './request-attributes.js'

interface Instruments {
  readonly provider: MeterProvider
  readonly tokens: Histogram
  readonly duration: Histogram
}

const powers = (first: number, factor: number) => Array.from({ length: 14 }, (_, power) => first * factor ** power)

/** The tokens and durations of model calls, with the names and buckets of the conventions for generative AI. */
export class RequestMetrics {
  #instruments: Instruments | undefined

  /** The usage of a call to the provider; a cached answer used nothing. */
  record(event: RequestDoneEvent): void {
    const { from, usage, error, durationMs, tries } = event
    if (from !== 'provider' || tries === 0) return
    const { tokens, duration } = this.#current()
    const attributes = modelAttributes(event)
    duration.record(durationMs / 1000, error === undefined ? attributes : { ...attributes, 'error.type': error.code })
    if (usage === undefined) return
    tokens.record(usage.inputTokens, { ...attributes, 'gen_ai.token.type': 'input' })
    // A model that produces no tokens has none to count.
    if (event.kind === 'llm') tokens.record(usage.outputTokens, { ...attributes, 'gen_ai.token.type': 'output' })
  }

  /** Unlike a tracer, a meter does not notice an SDK that is registered later. */
  #current(): Instruments {
    const provider = metrics.getMeterProvider()
    if (this.#instruments?.provider === provider) return this.#instruments
    const meter = provider.getMeter('@maestro-dataflow/plugin-otel')
    this.#instruments = {
      provider,
      tokens: meter.createHistogram('gen_ai.client.token.usage', {
        unit: '{token}',
        description: 'Tokens of prompts and answers',
        advice: { explicitBucketBoundaries: powers(1, 4) },
      }),
      duration: meter.createHistogram('gen_ai.client.operation.duration', {
        unit: 's',
        description: 'From the first attempt of a request to its end',
        advice: { explicitBucketBoundaries: powers(0.01, 2) },
      }),
    }
    return this.#instruments
  }
}
