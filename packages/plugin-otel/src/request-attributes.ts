import type { ContentPart, LLMRequest, RequestDoneEvent, ServingKind } from '@maestro-dataflow/core'
import type { Attributes } from '@opentelemetry/api'

/** The first two are terms of the conventions, which have none for the others. */
const operations: Readonly<Record<ServingKind, string>> = {
  llm: 'chat',
  embedding: 'embeddings',
  rerank: 'rerank',
  transcription: 'transcription',
}

export function requestName({ kind, model }: RequestDoneEvent): string {
  return `${operations[kind]} ${model}`
}

/** The common attributes of spans and metrics. */
export function modelAttributes({ kind, provider, model }: RequestDoneEvent): Attributes {
  return {
    'gen_ai.operation.name': operations[kind],
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  }
}

/** The attributes of a request by OpenTelemetry's conventions for generative AI, and further ones under `maestro.`. */
export function requestAttributes(event: RequestDoneEvent): Attributes {
  const { serving, run, step, from, usage, cost, finishReason, tries, waitedMs } = event
  return withoutUndefined({
    ...modelAttributes(event),
    'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason.replace('-', '_')],
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedInputTokens,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens,
    'maestro.serving': serving,
    'maestro.run.id': run,
    'maestro.step': step,
    'maestro.request.from': from,
    'maestro.request.tries': tries,
    'maestro.request.waited_ms': waitedMs,
    'maestro.request.cost_usd': cost,
  })
}

/** A chat in the form of the conventions. Media are represented by their kind alone, never by their bytes. */
export function inputMessages({ messages }: LLMRequest): string {
  return JSON.stringify(
    messages.map(({ role, content }) => ({
      role,
      parts: typeof content === 'string' ? [{ type: 'text', content }] : content.map(toPart),
    })),
  )
}

function toPart(part: ContentPart) {
  if (part.type === 'text') return { type: 'text', content: part.text }
  const { type: modality, mediaType: mime_type, data } = part
  const isAddress = !(data instanceof Uint8Array) && !String(data).startsWith('data:')
  return isAddress ? { type: 'uri', modality, mime_type, uri: String(data) } : { type: 'blob', modality, mime_type }
}

function withoutUndefined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
