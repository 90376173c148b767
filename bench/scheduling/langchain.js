// LangChain.js: node langchain.js BASE_URL ROWS CONCURRENCY
import { ChatOpenAI } from '@langchain/openai'
import { reportCost } from '../model-server/report-cost.js'
import { question, rowsOf, warmUpRows } from '../model-server/rows.js'

const [baseURL, rows, concurrency] = process.argv.slice(2)
const model = new ChatOpenAI({ model: 'bench', apiKey: 'a key', configuration: { baseURL } })
const ask = (questions) => model.batch(questions, { maxConcurrency: Number(concurrency) })
await ask(warmUpRows.map(({ row }) => question(row)))
const questions = rowsOf(Number(rows)).map(({ row }) => question(row))
const done = reportCost()
const answers = await ask(questions)
done(Number(rows))
for (const [row, { content }] of answers.entries())
  if (content !== `answer ${row}`) throw new Error(`another row's answer: ${row}`)
