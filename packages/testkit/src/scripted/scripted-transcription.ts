import {
  boundedCall,
  type CallOptions,
  maestroError,
  type TranscriptionResult,
  type TranscriptionServing,
} from '@maestro-dataflow/core'
import { type ScriptInOrder, scriptReader } from './script.js'
import type { ScriptedOptions } from './scripted-serving.js'

/** Speech in the form that a model receives. */
export interface Audio {
  readonly data: Uint8Array
  readonly mediaType: string
}

/** A transcription model without a real model. */
export interface ScriptedTranscription extends TranscriptionServing {
  /** Its requests, in order. */
  readonly requests: readonly Audio[]
}

/** A transcription model whose texts come from a list or from a function. Empty audio is refused. */
export function scriptedTranscription(
  script: ScriptInOrder<string | Partial<TranscriptionResult>, [Audio, CallOptions & { readonly language?: string }]>,
  options: ScriptedOptions = {},
): ScriptedTranscription {
  const { name = 'scripted transcription', model = name } = options
  const requests: Audio[] = []
  const answerTo = scriptReader(name, script)
  return {
    provider: 'scripted',
    ...options,
    kind: 'transcription',
    name,
    model,
    requests,
    transcribe(audio, call = {}) {
      return boundedCall({ serving: name, ...call }, async () => {
        requests.push(audio)
        const { byteLength } = audio.data
        if (byteLength === 0)
          throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: name, reason: 'the audio is empty' })
        const answer = await answerTo([`${byteLength} bytes of ${audio.mediaType}`], audio, call)
        return { model, text: '', ...(typeof answer === 'string' ? { text: answer } : answer) }
      })
    },
  }
}
