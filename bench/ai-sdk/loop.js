// The AI SDK in a loop as wide, as its documentation asks a model: node loop.js BASE_URL ROWS CONCURRENCY
import { generateText } from 'ai'
import { askAll } from '../model-server/ask-all.js'
import { question } from '../model-server/rows.js'
import { makeModel } from './model.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const model = makeModel(baseURL)

async function ask(row) {
  const { text } = await generateText({ model, prompt: question(row) })
  if (text !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
}

await askAll(Number(rows), Number(concurrency), ask)
