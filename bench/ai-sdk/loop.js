// A provider package of the AI SDK in a loop as wide, without the SDK around it: node loop.js BASE_URL ROWS CONCURRENCY
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { reportCost } from '../model-server/report-cost.js'
import { question, rowsOf, warmUpRow } from '../model-server/rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const model = createOpenAICompatible({ name: 'bench', baseURL, apiKey: 'a key' }).languageModel('bench')

async function ask(row) {
  const { content } = await model.doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text: question(row) }] }],
  })
  if (content[0].text !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
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
