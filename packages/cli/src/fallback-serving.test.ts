import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const usage = { prompt_tokens: 1000, completion_tokens: 0, total_tokens: 1000 }

/** A server with two models: `small` refuses a question with the word "hard". */
const asked: string[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const piece of request) body += piece
  const { model, messages } = JSON.parse(body) as { model: string; messages: { content: string }[] }
  asked.push(model)
  const refuses = model === 'small' && messages.at(-1)?.content.includes('hard') === true
  response.writeHead(refuses ? 400 : 200, { 'content-type': 'application/json' })
  const message = { role: 'assistant', content: `the answer of ${model}` }
  response.end(
    JSON.stringify(
      refuses
        ? { error: { message: 'too hard', type: 'invalid_request_error' } }
        : { model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage },
    ),
  )
})

let project: TemporaryProject
let serving: object
beforeEach(async () => {
  asked.length = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  serving = { use: 'openai.chat', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'none' }
  project = new TemporaryProject({
    'questions.jsonl': '{"q":"easy"}\n{"q":"hard"}\n{"q":"simple"}\n',
    'pipelines/answer.json': {
      name: 'answer',
      read: { use: 'fs.file', path: 'questions.jsonl', columns: ['q'] },
      steps: [{ use: 'ai.generate', prompt: 'Answer: {{q}}', output: 'answer' }],
      write: { use: 'fs.file', path: 'out.jsonl', mode: 'overwrite' },
    },
  })
})
afterEach(async () => {
  project.remove()
  await new Promise((resolve) => server.close(resolve))
})

const configure = (fallbacks: { readonly small?: string; readonly big?: string }) =>
  project.write('maestro.config.json', {
    plugins: ['fs', 'openai', 'ai'].map((name) => `@maestro-dataflow/plugin-${name}`),
    servings: {
      default: { ...serving, model: 'small', price: { input: 1 }, fallback: fallbacks.small },
      big: { ...serving, model: 'big', price: { input: 100 }, fallback: fallbacks.big },
    },
    pipelines: 'pipelines/*',
  })
const answers = () => project.rows('out.jsonl').map(({ answer }) => answer)

test('a row that the serving refuses is answered by its fallback, at its price; plan names it', async () => {
  configure({ small: 'big' })
  expect((await project.maestro('plan', 'answer')).stdout).toContain('fallback: big')
  const { code, stdout } = await project.maestro('run', 'answer', '--json')
  expect(code).toBe(0)
  expect(answers()).toEqual(['the answer of small', 'the answer of big', 'the answer of small'])
  const costs = JSON.parse(stdout).servings.map(({ serving, usage }: never) => [
    serving,
    (usage as { cost: number }).cost,
  ])
  expect(costs).toEqual([
    ['openai.chat small', 0.002],
    ['openai.chat big', 0.1],
  ])
  const again = await project.maestro('run', 'answer')
  expect(again.code).toBe(0)
  expect(asked.filter((model) => model === 'big')).toHaveLength(1)
})

test('--serving names the other one, whose fallback is the default of the config', async () => {
  configure({ big: 'default' })
  const { code, stderr } = await project.maestro('run', 'answer', '--serving', 'big')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(answers()).toEqual(Array(3).fill('the answer of big'))
})

test('plan, doctor, and run report a fallback that does not exist before a call', async () => {
  configure({ small: 'bigg' })
  for (const command of [['plan', 'answer'], ['doctor'], ['run', 'answer']]) {
    const { code, stdout, stderr } = await project.maestro(...command)
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain('did you mean "big"?')
  }
  expect(asked).toEqual([])
})
