// A provider package of the AI SDK in a loop as wide, without the SDK around it: node loop.js BASE_URL ROWS CONCURRENCY
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { askAll } from '../model-server/ask-all.js'
import { question } from '../model-server/rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const model = createOpenAICompatible({ name: 'bench', baseURL, apiKey: 'a key' }).languageModel('bench')

async function ask(row) {
  const { content } = await model.doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text: question(row) }] }],
  })
  if (content[0].text !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
}

await askAll(Number(rows), Number(concurrency), ask)
