import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import aiSdk from '@maestro-dataflow/plugin-ai-sdk'
import fs from '@maestro-dataflow/plugin-fs'
import langchain from '@maestro-dataflow/plugin-langchain'
import openai from '@maestro-dataflow/plugin-openai'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'

const server = await startMisbehavingServer()
const directory = await mkdtemp(join(tmpdir(), 'maestro-odd-usage-'))
beforeEach(() => server.reset())
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

const rows = Array.from({ length: 30 }, (_, n) => ({ text: `question ${n}` }))
const servings = {
  openai: { use: 'openai.chat', model: 'm', baseUrl: `${server.url}/v1`, apiKey: 'a' },
  langchain: {
    use: 'langchain.chat',
    from: '@langchain/openai',
    export: 'ChatOpenAI',
    options: { model: 'm', apiKey: 'a', configuration: { baseURL: `${server.url}/v1` } },
  },
  aiSdk: {
    use: 'ai-sdk.chat',
    provider: '@ai-sdk/openai-compatible',
    model: 'm',
    options: { name: 'played', baseURL: `${server.url}/v1`, apiKey: 'a' },
  },
}

test.each(['openai', 'langchain', 'aiSdk'] as const)(
  'usage that cannot be read is a warning for all rows of a run together, and all answers are kept: %s',
  async (serving) => {
    server.always(() => {
      const { body = '' } = openAIReplies.chat('bad')
      return replies.json({ ...JSON.parse(String(body)), usage: { prompt_tokens: 'many', completion_tokens: -3 } })
    })
    const lines: string[] = []
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        lines.push(...String(chunk).split('\n'))
        return true
      })
    const project = maestro({ plugins: [fs, ai, openai, langchain, aiSdk], servings, directory, logLevel: 'warn' })
    const report = await project.run(
      pipeline(`odd-${serving}`)
        .from(rows)
        .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer', serving })
        .write('fs.file', { path: `${serving}.jsonl` }),
    )
    await project.dispose()
    vi.restoreAllMocks()
    expect(server.requests).toHaveLength(rows.length)
    expect(report.status).toBe('done')
    const [asked] = report.servings
    expect(asked?.warnings).toEqual([{ message: expect.stringMatching(/tokens|usage/), requests: rows.length }])
    expect(lines.filter((line) => line.includes(asked?.warnings[0]?.message ?? 'nothing'))).toHaveLength(1)
    expect(asked?.usage.inputTokens).toBeGreaterThan(0)
  },
)
