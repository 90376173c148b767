// One pipeline file, unchanged, on every kind of serving: only the config says which.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RunReport } from '@maestro-dataflow/core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

const ollama = inject('ollama')
const { url, model } = ollama ?? { url: 'http://127.0.0.1:9', model: '' }

const servings = {
  'in this process': { use: 'local.chat', model: 'smollm2-135m-instruct' },
  Ollama: { use: 'ollama.chat', host: url, model, temperature: 0 },
  "Ollama by OpenAI's API": { use: 'openai.chat', baseUrl: `${url}/v1`, model, temperature: 0 },
  'a model of LangChain': {
    use: 'langchain.chat',
    from: '@langchain/openai',
    export: 'ChatOpenAI',
    options: { model, apiKey: 'none', temperature: 0, configuration: { baseURL: `${url}/v1` } },
  },
}

const pipelineFile = `
import { chatPrompt, pipeline, prompt } from '@maestro-dataflow/core'
import { z } from 'zod'

export default pipeline('tones')
  .read('fs.file', { path: 'reviews.csv', columns: ['id', 'text'] })
  .step('ai.generate', {
    prompt: chatPrompt([
      { role: 'system', content: 'You judge reviews.' },
      { role: 'user', content: 'It is wonderful.' },
      { role: 'assistant', content: '{"tone":"good"}' },
      { role: 'user', content: 'It is terrible.' },
      { role: 'assistant', content: '{"tone":"bad"}' },
      { role: 'user', content: '{{text}}' },
    ]),
    schema: z.object({ tone: z.enum(['good', 'bad']) }),
    maxTokens: 32,
  })
  .step('ai.generate', { prompt: prompt('Say in one word: {{text}}'), output: 'word', maxTokens: 12, onCutOff: 'keep' })
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`

const reviews = ['I love this phone, it is wonderful.', 'Terrible. It broke after one day.', '很好，我很喜欢 👍']

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-one-pipeline-'))
  await symlink(join(import.meta.dirname, '../node_modules'), join(directory, 'node_modules'), 'junction')
  const lines = reviews.map((text, index) => `${index + 1},"${text}"`)
  await writeFile(join(directory, 'reviews.csv'), ['id,text', ...lines, ''].join('\n'))
  await writeFile(join(directory, 'tones.ts'), pipelineFile)
  await writeFile(join(directory, 'package.json'), '{"type":"module"}')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const run = promisify(execFile)
const bin = join(import.meta.dirname, '../packages/cli/bin/maestro.js')

async function runTones(config: string): Promise<RunReport> {
  const { stdout } = await run(process.execPath, [bin, 'run', 'tones', '--config', config, '--json'], {
    cwd: directory,
  })
  return JSON.parse(stdout)
}

describe.skipIf(ollama === undefined).each(Object.entries(servings))('%s', (_, serving) => {
  test('every row has its answers, in order, and they are paid for once', async () => {
    const plugins = ['fs', 'ai', 'local', 'ollama', 'openai', 'langchain'].map(
      (name) => `@maestro-dataflow/plugin-${name}`,
    )
    const config = { plugins, servings: { default: { price: { input: 0 }, ...serving } }, pipelines: '*.ts' }
    const file = join(directory, 'maestro.config.json')
    await writeFile(file, JSON.stringify(config))
    const report = await runTones(file)
    expect(report.counts).toMatchObject({ rowsIn: 3, rowsOut: 3, rejected: 0 })
    expect(report.usage.requests).toBe(6)
    expect(report.usage.inputTokens).toBeGreaterThan(60)
    expect(report.usage.outputTokens).toBeGreaterThan(6)
    const lines = (await readFile(join(directory, 'out.jsonl'), 'utf8')).trim().split('\n')
    const rows = lines.map((line) => JSON.parse(line))
    expect(rows.map(({ id, text }) => [id, text])).toEqual(reviews.map((text, index) => [String(index + 1), text]))
    for (const { tone, word } of rows) {
      expect(['good', 'bad']).toContain(tone)
      expect(word).not.toBe('')
    }
    const again = await runTones(file)
    expect(again.usage).toMatchObject({ requests: 0, reusedAnswers: 6, cost: 0 })
    expect((await readFile(join(directory, 'out.jsonl'), 'utf8')).trim().split('\n')).toEqual(lines)
  })
})
