import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { TranscriptionResult, TranscriptionServing } from '../contracts/serving.js'
import { PartialAnswers } from './answers/reuse-parts.js'
import { callProvider } from './call/call-provider.js'
import { soundTranscription } from './call/sound-replies.js'
import { type EnhancedOptions, EnhancedServing } from './enhanced-serving.js'
import { withFallback } from './fallback.js'
import { fingerprintAudio } from './fingerprint.js'

type Recording = Parameters<TranscriptionServing['transcribe']>[0]
type TranscriptionOptions = NonNullable<Parameters<TranscriptionServing['transcribe']>[1]>

/** The serving plane around a transcription model. Its answers are reused within a run only. */
export class EnhancedTranscriptionServing
  extends EnhancedServing<TranscriptionServing>
  implements TranscriptionServing
{
  readonly kind = 'transcription'
  readonly #recordings: PartialAnswers<Recording, TranscriptionResult>

  constructor(provider: TranscriptionServing, options: EnhancedOptions = {}) {
    super(provider, options)
    this.#recordings = new PartialAnswers(this.plane.answers)
  }

  /** @throws the provider's typed error */
  transcribe(audio: Recording, options: TranscriptionOptions = {}): Promise<TranscriptionResult> {
    return withFallback({
      options,
      fallback: this.fallback('transcription'),
      own: () => this.#transcribe(audio, options),
      other: (fallback) => fallback.transcribe(audio, options),
      answers: () => true,
    })
  }

  async #transcribe(audio: Recording, options: TranscriptionOptions): Promise<TranscriptionResult> {
    const { language } = options
    const place = options.run === undefined ? undefined : { ...this.answerPlace(options), shared: false }
    const { result } = await this.recorded(options, async (record) => {
      const answer = await this.#recordings.answer({
        parts: [audio],
        place,
        fingerprint: ({ data, mediaType }) => fingerprintAudio(this.inner, data, mediaType, language),
        encode: (result) => ({ ...result }),
        decode: (entry) => (isTranscription(entry) ? entry : undefined),
        ask: async () => [
          await callProvider(this.path, {
            options,
            record,
            estimate: () => ({ input: 0, output: 0 }),
            ask: async (given) =>
              soundTranscription(
                this.name,
                await this.inner.transcribe(audio, language === undefined ? given : { ...given, language }),
              ),
          }),
        ],
        spent: () => record.takeUnrecorded(1),
      })
      return { result: answer.values[0] as TranscriptionResult, from: answer.from }
    })
    return result
  }
}
recogniseAcrossCopies(EnhancedTranscriptionServing, 'EnhancedTranscriptionServing')

function isTranscription(entry: object): entry is TranscriptionResult {
  return 'text' in entry && typeof entry.text === 'string'
}
