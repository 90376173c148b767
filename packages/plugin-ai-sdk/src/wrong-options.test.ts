import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { expect, test } from 'vitest'
import { fromAISDK } from './chat-serving.js'
import { fromAISDKEmbeddings } from './embedding-serving.js'

const provider = createOpenAICompatible({ name: 'played', baseURL: 'http://127.0.0.1:1/v1' })
/** A misspelt setting, as plain JavaScript passes it on. */
const wrong: object = { batchsize: 3, cacheprompt: true }

test.each([
  ['fromAISDK', () => fromAISDK(provider('tiny'), wrong)],
  ['fromAISDKEmbeddings', () => fromAISDKEmbeddings(provider.embeddingModel('tiny'), wrong)],
])('a wrong setting of %s is a typed error that names it', (_, create) => {
  expect(create).toThrow(
    expect.objectContaining({ code: 'MAESTRO_PIPELINE_OPTIONS', message: expect.stringContaining('batchsize') }),
  )
})
