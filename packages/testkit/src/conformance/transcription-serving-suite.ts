import assert from 'node:assert/strict'
import type { TranscriptionServing } from '@maestro-dataflow/core'
import type { Audio } from '../scripted/scripted-transcription.js'
import { lifeCases } from './life-cases.js'
import { watch } from './outcomes.js'
import { assertTypedError, type ServingSubject, type ServingSuiteOptions, servingSubjects } from './serving-subject.js'
import { createSuite, type Suite } from './suite.js'

/** The options of the suite for transcription models. */
export interface TranscriptionSuiteOptions<Name extends string = string> extends ServingSuiteOptions<Name> {
  /** Recordings, each with a text that its transcript contains. */
  readonly recordings: readonly { readonly audio: Audio; readonly says: string }[]
}

interface TranscriptionSubject extends ServingSubject<TranscriptionServing> {
  readonly recordings: TranscriptionSuiteOptions['recordings']
}

const cases = {
  async 'returns the text of the speech'({ serving, recordings }: TranscriptionSubject) {
    for (const { audio, says } of recordings) assertSays(await serving.transcribe(audio), says)
  },

  async 'concurrent calls each receive their own text'({ serving, recordings }: TranscriptionSubject) {
    const texts = await Promise.all(recordings.map(({ audio }) => serving.transcribe(audio)))
    for (const [index, { says }] of recordings.entries()) assertSays(texts[index], says)
  },

  async 'data that is not audio fails with a typed error'(subject: TranscriptionSubject) {
    const empty = { data: new Uint8Array(), mediaType: 'audio/wav' }
    assertTypedError(subject, await watch(subject.serving.transcribe(empty)).outcome)
  },

  ...lifeCases<TranscriptionServing, TranscriptionSubject>({
    quick: ({ recordings }, serving, options) => serving.transcribe(recordings[0]?.audio ?? silence, options),
    long: ({ recordings }, serving, options) => serving.transcribe(recordings[0]?.audio ?? silence, options),
  }),
}

const silence: Audio = { data: new Uint8Array(), mediaType: 'audio/wav' }

/** The cases of the suite for transcription models. */
export type TranscriptionServingCase = keyof typeof cases

/**
 * The rules for every transcription model.
 *
 * @param makeServing Creates a new one at each call; the suite disposes what it created.
 */
export function transcriptionServingSuite(
  makeServing: () => TranscriptionServing | Promise<TranscriptionServing>,
  options: TranscriptionSuiteOptions<TranscriptionServingCase>,
): Suite {
  const { open, close } = servingSubjects(makeServing, options)
  const { recordings } = options
  const title = 'a model that writes down speech'
  return createSuite({ title, cases, options, open: async () => ({ ...(await open()), recordings }), close })
}

function assertSays(result: Awaited<ReturnType<TranscriptionServing['transcribe']>> | undefined, says: string): void {
  assert.equal(typeof result?.text, 'string')
  assert.ok(result?.text.toLowerCase().includes(says.toLowerCase()), `"${result?.text}" does not hold "${says}"`)
  assert.ok(typeof result?.model === 'string' && result.model !== '', 'the model is not named')
}
