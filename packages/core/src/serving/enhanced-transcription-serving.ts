import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { CallOptions, TranscriptionResult, TranscriptionServing } from '../contracts/serving.js'
import { callProvider } from './call/call-provider.js'
import { EnhancedServing } from './enhanced-serving.js'

/** The serving plane around a transcription model. Its answers are not cached. */
export class EnhancedTranscriptionServing
  extends EnhancedServing<TranscriptionServing>
  implements TranscriptionServing
{
  readonly kind = 'transcription'

  /** @throws the provider's typed error */
  async transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options: CallOptions & { readonly language?: string } = {},
  ): Promise<TranscriptionResult> {
    const { language } = options
    const { result } = await this.recorded(options, async (record) => ({
      result: await callProvider(this.path, {
        options,
        record,
        estimate: () => ({ input: 0, output: 0 }),
        ask: (given) => this.inner.transcribe(audio, language === undefined ? given : { ...given, language }),
      }),
      from: 'provider',
    }))
    return result
  }
}
recogniseAcrossCopies(EnhancedTranscriptionServing, 'EnhancedTranscriptionServing')
