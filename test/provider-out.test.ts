import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import openai from '@maestro-dataflow/plugin-openai'
import { type MisbehavingServer, openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const before = 'text,answer\nold,kept\n'
const rowCount = 200
let server: MisbehavingServer
let directory = ''
beforeAll(async () => {
  server = await startMisbehavingServer()
  directory = await mkdtemp(join(tmpdir(), 'maestro-provider-out-'))
})
beforeEach(() => server.reset())
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

/** @param attempt Long, unless nothing else ends a call: a busy machine must not lose an answer. */
const project = (attempt = 20_000) =>
  maestro({
    plugins: [fs, ai, openai],
    servings: {
      default: {
        use: 'openai.chat',
        model: 'any',
        baseUrl: server.url,
        limits: { concurrency: 8 },
        timeout: { attempt, outage: 1500, total: 60_000 },
        retries: 2,
      },
    },
    directory,
    logLevel: 'silent',
  })

const asking = (name: string) =>
  pipeline(name)
    .from(Array.from({ length: rowCount }, (_, n) => ({ text: `${name} ${n}` })))
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
    .write('fs.file', { path: `${name}.csv`, mode: 'overwrite' })

const outages = {
  '503': replies.error(503, 'The model is away.'),
  silence: replies.silence(),
  'broken connections': replies.reset(),
} as const

describe.each(Object.entries(outages))('a provider that is out: %s', (kind, reply) => {
  test.each([0, 30])('after %i answers the run ends, and the next one asks for the rest', async (answers) => {
    const name = `${kind.replaceAll(' ', '-')}-${answers}`
    const output = join(directory, `${name}.csv`)
    await writeFile(output, before)
    server.next(...Array.from({ length: answers }, () => openAIReplies.chat('fine')))
    server.always(reply)
    const out = project(kind === 'silence' ? 300 : undefined)
    const error: unknown = await out.run(asking(name)).catch((error: unknown) => error)
    await out.dispose()
    expect(error).toMatchObject({ report: { status: 'failed', sinks: [] } })
    if (answers > 0 || kind === '503') expect(error).toMatchObject({ code: 'MAESTRO_SERVING_UNAVAILABLE' })
    if (kind === '503') expect(String(error)).toContain('The model is away.')
    expect(await readFile(output, 'utf8')).toBe(before)

    server.reset()
    server.always(openAIReplies.chat('fine'))
    const back = project()
    const report = await back.run(asking(name))
    await back.dispose()
    expect(report.counts).toMatchObject({ rowsIn: rowCount, rowsOut: rowCount, rejected: 0 })
    const { requests, reusedAnswers } = report.usage
    expect(requests + reusedAnswers).toBe(rowCount)
    // An answer that a busy machine was slow to read counts as silence.
    if (kind !== 'silence') expect(reusedAnswers).toBe(answers)
    else expect(reusedAnswers).toBeLessThanOrEqual(answers)
  })
})
