// Bare undici in a loop as wide: node undici-loop.js BASE_URL ROWS CONCURRENCY
import { Agent, request } from 'undici'
import { askAll } from '../model-server/ask-all.js'
import { question } from '../model-server/rows.js'

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

await askAll(Number(rows), Number(concurrency), ask)
await dispatcher.close()
