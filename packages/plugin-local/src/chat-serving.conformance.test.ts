import type { Logger } from '@maestro-dataflow/core'
import { describeLLMServing } from '@maestro-dataflow/testkit/vitest'
import { afterAll, beforeAll } from 'vitest'
import { LocalChatServing } from './chat-serving.js'
import { ModelCache } from './model-cache.js'
import { pullModel } from './models/known-models.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const cache = new ModelCache()
beforeAll(() => pullModel('smollm2-135m-instruct').then(() => undefined))
afterAll(() => cache.dispose())

const options = { model: 'smollm2-135m-instruct', threads: 1, contextTokens: 512, sequences: 2, directory: '.' }

describeLLMServing(() => new LocalChatServing(options, silent, cache), {
  title: 'local.chat on a real model',
  capabilities: { jsonSchema: true, images: false, audio: false, contextTokens: 512 },
  timeout: 120_000,
})
