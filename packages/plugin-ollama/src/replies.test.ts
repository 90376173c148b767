import { describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { OllamaChatServing } from './chat-serving.js'

describeLLMReplies((host) => new OllamaChatServing({ model: 'tiny', host }), { dialect: 'ollama' })
