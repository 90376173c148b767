import { availableParallelism } from 'node:os'
import { modelPath } from '@maestro-dataflow/plugin-local/models'
import { getLlama, LlamaChat } from 'node-llama-cpp'
import { maxTokens, questions, report, sequences } from './task.js'

const threads = Math.max(1, availableParallelism() - 1)
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' })
const model = await llama.loadModel({ modelPath: await modelPath('smollm2-135m-instruct') })
const context = await model.createContext({ sequences, contextSize: 2048, threads })
const chats = Array.from({ length: sequences }, () => new LlamaChat({ contextSequence: context.getSequence() }))

async function ask(chat, question) {
  const before = chat.sequence.tokenMeter.getState()
  const history = [
    { type: 'user', text: question },
    { type: 'model', response: [] },
  ]
  await chat.generateResponse(history, { maxTokens, temperature: 0 })
  return chat.sequence.tokenMeter.diff(before).usedOutputTokens
}

await ask(chats[0], 'Hello')
const waiting = [...questions]
let tokens = 0
const started = performance.now()
await Promise.all(
  chats.map(async (chat) => {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift())
      tokens += await ask(chat, question)
  }),
)
report(tokens, started)
await llama.dispose()
