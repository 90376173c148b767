import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chatPrompt, pipeline, prompt } from '@maestro-dataflow/core'
import { type Maestro, maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import local from '@maestro-dataflow/plugin-local'
import shout from 'maestro-plugin-shout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const rows = [
  { id: 1, text: 'I love this phone, it is wonderful.' },
  { id: 2, text: 'Terrible. It broke after one day.' },
  { id: 3, text: 'Great value, I would buy it again.' },
  { id: 4, text: 'The worst service I have ever seen.' },
  { id: 5, text: 'It holds {{id}} and {braces}.' },
  { id: 6, text: '很好，我很喜欢 👍' },
]

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-generate-'))
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction')
  const lines = rows.map(({ id, text }) => `${id},"${text}"`)
  await writeFile(join(directory, 'reviews.csv'), ['id,text', ...lines, ''].join('\n'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('ai.generate on the embedded model', () => {
  let project: Maestro
  beforeAll(() => {
    project = maestro({
      plugins: [fs, ai, local, shout],
      servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct' } },
      directory,
    })
  })
  afterAll(() => project.dispose())

  test('a template, a chat and a schema over the same rows: every row has its answers, in order', async () => {
    const asked = pipeline('ask')
      .from(rows)
      .step('ai.generate', {
        prompt: prompt('Repeat: {{text}} ({{id}})'),
        output: 'plain',
        maxTokens: 24,
        onCutOff: 'keep',
      })
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
      })
    const preview = await project.preview(asked, rows.length)
    expect(preview.rejects).toEqual([])
    const answered = preview.steps.at(-1)?.rows.map(({ row }) => row) ?? []
    expect(answered.map(({ id, text }) => ({ id, text }))).toEqual(rows)
    for (const { plain } of answered) expect(plain).toMatch(/\S/)
    // A tiny model, but not one that guesses: the plain cases are right, each at its own row.
    expect(answered.slice(0, 4).map(({ tone }) => tone)).toEqual(['good', 'bad', 'good', 'bad'])
    expect(preview.report.usage).toMatchObject({ requests: 2 * rows.length })
    expect(preview.report.usage.outputTokens).toBeGreaterThan(2 * rows.length)
  })

  test('a text that is cut off rejects its row, and names what to do', async () => {
    const story = pipeline('story')
      .from([{ text: 'a dog' }])
      .step('ai.generate', { prompt: prompt('Tell me a long story about {{text}}.'), maxTokens: 4 })
    const preview = await project.preview(story, 1)
    expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_SERVING_CUT_OFF' } }])
    expect(preview.rejects[0]?.error.message).toContain('cut off after 4 tokens')
    expect(preview.rejects[0]?.error.hint).toContain("onCutOff: 'keep'")
  })

  test('from YAML: a contributed prompt by name and a JSON Schema, file to file', async () => {
    const yaml = `
name: replies
read: { use: fs.file, path: reviews.csv, columns: [id, text] }
steps:
  - { use: ai.generate, prompt: { use: shout.prompt, tone: angry }, output: reply, maxTokens: 60, onCutOff: keep }
  - use: ai.generate
    prompt: 'Is this about a phone? {{text}}'
    schema: { type: object, properties: { phone: { type: boolean } }, required: [phone] }
write: { use: fs.file, path: replies.jsonl }
`
    await writeFile(join(directory, 'replies.yaml'), yaml)
    const report = await project.run('replies.yaml')
    expect(report.counts).toMatchObject({ rowsIn: rows.length, rowsOut: rows.length, rejected: 0 })
    const plan = await project.plan('replies.yaml')
    expect(plan.steps.at(-1)?.columnsOut.columns).toEqual({
      id: 'string',
      text: 'string',
      reply: 'string',
      phone: 'boolean',
    })
    const written = (await readFile(join(directory, 'replies.jsonl'), 'utf8')).trim().split('\n')
    for (const [index, line] of written.entries()) {
      const { id: row, phone, reply } = JSON.parse(line)
      expect(row).toBe(String(rows[index]?.id))
      expect(typeof phone).toBe('boolean')
      expect(reply).toMatch(/\S/)
    }
    expect(written).toHaveLength(rows.length)
  })
})
