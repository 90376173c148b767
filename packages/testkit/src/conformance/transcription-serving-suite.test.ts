import { EnhancedTranscriptionServing } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { failedCases } from '../__fixtures__/failed-cases.js'
import { scriptedTranscription } from '../scripted/scripted-transcription.js'
import { describeTranscriptionServing } from '../vitest.js'
import { transcriptionServingSuite } from './transcription-serving-suite.js'

const words = ['hello', 'goodbye']
const recordings = words.map((says, index) => ({
  audio: { data: Uint8Array.of(index), mediaType: 'audio/wav' },
  says,
}))
const make = () => scriptedTranscription(({ data: [index = 0] }) => `They say ${words[index]}.`)

describeTranscriptionServing(make, { title: 'a scripted transcriber', recordings })
describeTranscriptionServing(() => new EnhancedTranscriptionServing(make()), {
  title: 'EnhancedTranscriptionServing',
  recordings,
})

test('the suite for transcribers fails for other words, mixed up calls and empty audio that is taken', async () => {
  const deaf = () => ({ ...make(), transcribe: async () => ({ text: 'They say nothing.', model: 'deaf' }) })
  expect(await failedCases(transcriptionServingSuite(deaf, { recordings }))).toEqual([
    'returns the text of the speech',
    'concurrent calls each receive their own text',
    'data that is not audio fails with a typed error',
    'a call with a signal that has fired is not made',
  ])
})
