// A provider package of the AI SDK in a loop as wide, without the SDK around it: node provider-loop.js BASE_URL ROWS CONCURRENCY
import { askAll } from '../model-server/ask-all.js'
import { question } from '../model-server/rows.js'
import { makeModel } from './model.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const model = makeModel(baseURL)

async function ask(row) {
  const { content } = await model.doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text: question(row) }] }],
  })
  if (content[0].text !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
}

await askAll(Number(rows), Number(concurrency), ask)
