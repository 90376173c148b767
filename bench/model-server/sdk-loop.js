// The bare openai SDK in a loop as wide: node sdk-loop.js BASE_URL ROWS CONCURRENCY
import OpenAI from 'openai'
import { reportCost } from './report-cost.js'
import { question, rowsOf, warmUpRow } from './rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const client = new OpenAI({ baseURL, apiKey: 'a key' })

async function ask(row) {
  const { choices } = await client.chat.completions.create({
    model: 'bench',
    messages: [{ role: 'user', content: question(row) }],
  })
  if (choices[0].message.content !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
}

await ask(warmUpRow)
const waiting = rowsOf(Number(rows)).values()
const done = reportCost()
await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    for (const { row } of waiting) await ask(row)
  }),
)
done(Number(rows))
