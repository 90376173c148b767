// The bare openai SDK in a loop, a row that fails is lost: node sdk-loop.js BASE_URL ROWS CONCURRENCY
import OpenAI from 'openai'
import { reportCost } from '../model-server/report-cost.js'
import { question, rowsOf, warmUpRow } from '../model-server/rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const client = new OpenAI({ baseURL, apiKey: 'a key' })
const ask = (row) =>
  client.chat.completions.create({ model: 'bench', messages: [{ role: 'user', content: question(row) }] })

await ask(warmUpRow)
const waiting = rowsOf(Number(rows)).values()
const done = reportCost()
await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    for (const { row } of waiting) await ask(row).catch(() => undefined)
  }),
)
done(Number(rows))
