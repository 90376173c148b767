import {
  boundedCall,
  type CallOptions,
  parseOptions,
  readMedia,
  readRateLimits,
  type TranscriptionResult,
  type TranscriptionServing,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { AISDKServing } from './ai-sdk-serving.js'
import { assertSupported, loadModel, type TranscriptionModel } from './load-model.js'
import { factsOfGiven, factsOfNamed, type ModelFacts } from './model-facts.js'
import { isModel, namedModel, providerOptions } from './provider-options.js'
import { withTolerantFetch } from './tolerant-model.js'

const settings = {
  /** The spoken language, such as `en`, if the call does not state it. @default detected by the model */
  language: z.string().min(2).optional(),
  /** What the provider receives with every request, by its name. */
  providerOptions,
}

const transcriptionSettings = z.strictObject(settings)

const given = z.strictObject({
  /** A model that was created in code. */
  model: z.custom<TranscriptionModel>(
    (value) => isModel(value, 'doGenerate'),
    'must be a transcription model of the AI SDK, or the name of a model with its `provider`',
  ),
  ...settings,
})

const named = z.strictObject({ ...namedModel, ...settings })

/** The options of `ai-sdk.transcription`. */
export const aiSdkTranscriptionOptions = z.union([named, given])

/** The options of `ai-sdk.transcription`. */
export type AISDKTranscriptionOptions = z.input<typeof aiSdkTranscriptionOptions>
type TranscriptionSettings = z.output<typeof transcriptionSettings>

/** A transcription model of the AI SDK as a serving. */
export class AISDKTranscriptionServing extends AISDKServing<TranscriptionModel> implements TranscriptionServing {
  readonly kind = 'transcription'
  readonly #settings: TranscriptionSettings

  constructor(facts: ModelFacts, settings: TranscriptionSettings, load: () => Promise<TranscriptionModel>) {
    super(facts, load)
    this.#settings = settings
  }

  /** @throws MAESTRO_AI_SDK_*, MAESTRO_SERVING_*, MAESTRO_MEDIA_* */
  async transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options: CallOptions & { readonly language?: string } = {},
  ): Promise<TranscriptionResult> {
    const { language = this.#settings.language, ...call } = options
    const { data, mediaType } = await readMedia({ type: 'audio', ...audio })
    return boundedCall(this.boundsOf(call), async (signal) => {
      const model = await this.loaded()
      const { text, durationInSeconds, response } = await model.doGenerate({
        audio: data,
        mediaType,
        abortSignal: signal,
        ...this.#providerOptions(model.provider, language),
      })
      const rateLimits = response.headers === undefined ? undefined : readRateLimits(new Headers(response.headers))
      return {
        text: text.toWellFormed(),
        model: response.modelId || (this.model ?? this.name),
        ...(durationInSeconds === undefined ? {} : { durationSeconds: durationInSeconds }),
        ...(rateLimits === undefined ? {} : { rateLimits }),
      }
    })
  }

  /** The AI SDK has no common option for the language; each provider reads it from its own options. */
  #providerOptions(provider: string, language: string | undefined) {
    const { providerOptions = {} } = this.#settings
    const key = provider.split('.')[0] ?? provider
    const spoken = language === undefined ? {} : { [key]: { language, ...providerOptions[key] } }
    const all = { ...providerOptions, ...spoken }
    return Object.keys(all).length === 0 ? {} : { providerOptions: all }
  }
}

/** A model that is imported when it is first called. */
export function transcriptionServingOf(options: z.output<typeof named>, directory: string): TranscriptionServing {
  const { language, providerOptions } = options
  const settings = { language, providerOptions }
  return new AISDKTranscriptionServing(factsOfNamed(options, settings), settings, () =>
    loadModel('transcription', options, directory),
  )
}

/** Turns a transcription model of the AI SDK into a serving. @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_AI_SDK_SPECIFICATION */
export function fromAISDKTranscription(
  model: TranscriptionModel,
  settings: TranscriptionSettings = {},
): TranscriptionServing {
  const checked = withTolerantFetch(assertSupported(model))
  const read = parseOptions('fromAISDKTranscription', transcriptionSettings, settings)
  return new AISDKTranscriptionServing(factsOfGiven(checked), read, async () => checked)
}
