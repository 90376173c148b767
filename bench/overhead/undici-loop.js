// Bare undici in a loop as wide: node undici-loop.js BASE_URL ROWS CONCURRENCY
import { Agent, request } from 'undici'
import { reportCost } from '../model-server/report-cost.js'
import { question, rowsOf, warmUpRow } from '../model-server/rows.js'

const [baseUrl, rows, concurrency] = process.argv.slice(2)
const dispatcher = new Agent({ connections: Number(concurrency) })

async function ask(row) {
  const { body } = await request(`${baseUrl}/chat/completions`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer a key' },
    body: JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: question(row) }] }),
  })
  const { choices } = await body.json()
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
await dispatcher.close()
