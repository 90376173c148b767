import type { CallOptions, LLMRequest, Serving, ServingKind } from '@maestro-dataflow/core'
import type { Audio } from './scripted/scripted-transcription.js'

/** The request to a serving of each kind, as one value. */
interface RequestByKind {
  readonly llm: LLMRequest
  readonly embedding: { readonly texts: readonly string[] }
  readonly rerank: { readonly query: string; readonly documents: readonly string[] }
  readonly transcription: Audio & { readonly language?: string }
}

/** One call to a serving, whatever its kind. */
export type ServingCall = {
  readonly [Kind in ServingKind]: {
    readonly kind: Kind
    readonly request: RequestByKind[Kind]
    readonly options: CallOptions
  }
}[ServingKind]

/** Answers a call with a result of its kind. */
export type Answering = (call: ServingCall) => Promise<unknown>

/** A serving's description of itself, as data. */
export type Described = { readonly kind: ServingKind; readonly name: string } & Readonly<Record<string, unknown>>

type Keys<S> = S extends Serving ? keyof S : never
type Told = Exclude<
  Keys<Serving>,
  'kind' | 'generate' | 'generateBatch' | 'embed' | 'rerank' | 'transcribe' | 'dispose'
>

/** Whether a cassette stores each part of a serving's description. The compiler checks that the list is complete. */
const told: Readonly<Record<Told, boolean>> = {
  name: true,
  provider: true,
  model: true,
  price: true,
  tier: true,
  concurrency: true,
  capabilities: true,
  defaults: true,
  dimensions: true,
  batchSize: true,
  maxBatchTokens: true,
  // The answers of a cassette are stored there and not in a cache, which would answer before the cassette.
  identity: false,
  account: false,
}

/** A serving's description of itself, as data for a cassette. */
export function describeServing(serving: Serving): Described {
  const values = Object.entries(told).flatMap(([name, kept]) => {
    const value = kept ? (serving as unknown as Readonly<Record<string, unknown>>)[name] : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(values), kind: serving.kind, name: serving.name }
}

/** Makes a call to a serving of its kind. */
export function ask(serving: Serving, { kind, request, options }: ServingCall): Promise<unknown> {
  // A call is made to a serving of its own kind.
  const asked = { [serving.kind]: serving } as { readonly [Kind in ServingKind]: Extract<Serving, { kind: Kind }> }
  switch (kind) {
    case 'llm':
      return asked.llm.generate(request, options)
    case 'embedding':
      return asked.embedding.embed(request.texts, options)
    case 'rerank':
      return asked.rerank.rerank(request.query, request.documents, options)
    case 'transcription': {
      const { language, ...audio } = request
      return asked.transcription.transcribe(audio, language === undefined ? options : { ...options, language })
    }
  }
}

/**
 * A serving with the description of another one, including what that one learns later, whose calls are answered by a
 * function.
 */
export function servingOf<S extends Serving>(
  described: Pick<S, 'kind' | 'name'>,
  answer: Answering,
  dispose: () => Promise<void>,
): S {
  const getters = Object.fromEntries(
    Object.keys(told).map((name) => [
      name,
      { get: () => (described as Record<string, unknown>)[name], enumerable: name in described },
    ]),
  )
  const { kind } = described
  // The calls are those of its kind, and so are the results of `answer`.
  return Object.defineProperties({ kind, dispose, ...callsOf(answer)[kind] }, getters) as unknown as S
}

const callsOf = (answer: Answering) => ({
  llm: { generate: (request: LLMRequest, options: CallOptions = {}) => answer({ kind: 'llm', request, options }) },
  embedding: {
    embed: (texts: readonly string[], options: CallOptions = {}) =>
      answer({ kind: 'embedding', request: { texts }, options }),
  },
  rerank: {
    rerank: (query: string, documents: readonly string[], options: CallOptions = {}) =>
      answer({ kind: 'rerank', request: { query, documents }, options }),
  },
  transcription: {
    transcribe: (audio: Audio, { language, ...options }: CallOptions & { readonly language?: string } = {}) =>
      answer({
        kind: 'transcription',
        request: { ...audio, ...(language === undefined ? {} : { language }) },
        options,
      }),
  },
})
