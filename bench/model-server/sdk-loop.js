// The bare openai SDK in a loop as wide: node sdk-loop.js BASE_URL ROWS CONCURRENCY
import OpenAI from 'openai'
import { askAll } from './ask-all.js'
import { question } from './rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const client = new OpenAI({ baseURL, apiKey: 'a key' })

async function ask(row) {
  const { choices } = await client.chat.completions.create({
    model: 'bench',
    messages: [{ role: 'user', content: question(row) }],
  })
  if (choices[0].message.content !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
}

await askAll(Number(rows), Number(concurrency), ask)
