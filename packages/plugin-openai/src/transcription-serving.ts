import {
  type CallOptions,
  estimateTokens,
  parseOptions,
  readMedia,
  type TranscriptionResult,
  type TranscriptionServing,
  type Usage,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Connection, connect } from './connection.js'
import { readReply } from './read-reply.js'
import { callServer } from './serving-call.js'
import { type OpenAITranscriptionOptions, openaiTranscriptionOptions } from './transcription-serving-options.js'

/** The parts of an answer that are read. */
const transcription = z.object({
  text: z.string(),
  duration: z.coerce.number().nonnegative().nullish().catch(undefined),
  usage: z
    .object({
      seconds: z.number().nonnegative().nullish(),
      input_tokens: z.number().nonnegative().nullish(),
      output_tokens: z.number().nonnegative().nullish(),
      input_token_details: z.object({ audio_tokens: z.number().nonnegative().nullish() }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
})

/** A transcription model of OpenAI, Azure, or a compatible server. */
export class OpenAITranscriptionServing implements TranscriptionServing {
  readonly kind = 'transcription'
  readonly name: string
  readonly provider: string
  readonly model: string
  readonly account: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly #connection: Connection
  readonly #options: OpenAITranscriptionOptions

  /** @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_OPENAI_KEY_MISSING */
  constructor(given: OpenAITranscriptionOptions) {
    const options = parseOptions('OpenAITranscriptionServing', openaiTranscriptionOptions, given)
    const connection = connect(options)
    const { model, language, prompt } = options
    this.#connection = connection
    this.#options = options
    this.name = `openai.transcription ${model}`
    this.provider = connection.provider
    this.model = model
    this.account = connection.account
    this.identity = { ...connection.identity, deployment: connection.model, language, prompt }
  }

  /** @throws MAESTRO_SERVING_* depending on the server's answer, MAESTRO_MEDIA_* */
  async transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options: CallOptions & { readonly language?: string } = {},
  ): Promise<TranscriptionResult> {
    const { language = this.#options.language, ...call } = options
    const { prompt } = this.#options
    const { data, mediaType } = await readMedia({ type: 'audio', ...audio }, { maxBytes: mostAudioBytes })
    const form = new FormData()
    form.append('model', this.#connection.model)
    form.append(
      'file',
      new Blob([new Uint8Array(data)], { type: mediaType }),
      `audio.${extensions[mediaType] ?? 'wav'}`,
    )
    // Only the older form states the length of the recording.
    form.append('response_format', /whisper/i.test(this.model) ? 'verbose_json' : 'json')
    if (language !== undefined) form.append('language', language)
    if (prompt !== undefined) form.append('prompt', prompt)
    return callServer(this.#connection, {
      serving: this.name,
      options: call,
      path: 'audio/transcriptions',
      body: form,
      read: async (response) => {
        const { text, duration, usage } = await readReply(this.name, response, transcription)
        const seconds = duration ?? usage?.seconds
        return {
          text: text.toWellFormed(),
          model: this.model,
          ...(seconds == null ? {} : { durationSeconds: seconds }),
          ...toUsage(usage, text),
        }
      },
    })
  }
}

/** The types that OpenAI accepts. */
const mostAudioBytes = 25 * 1024 * 1024

/** Servers detect the type by the file's name. */
const extensions: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/webm': 'webm',
}

/** Undefined if the server does not count the audio, because its tokens cannot be estimated. */
function toUsage(given: z.infer<typeof transcription>['usage'], text: string): { readonly usage?: Usage } {
  const { input_tokens: inputTokens, output_tokens: outputTokens, input_token_details: details } = given ?? {}
  if (inputTokens == null) return {}
  const audio = details?.audio_tokens
  return {
    usage: {
      inputTokens,
      outputTokens: outputTokens ?? estimateTokens(text),
      ...(audio == null ? {} : { audioInputTokens: audio }),
    },
  }
}
