// A prompt that asks the same for every row shows at the end of a run, whatever the prompt is made of.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'maestro-question-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function warningsOf(texts: readonly string[], question: string): Promise<readonly string[]> {
  const project = maestro({
    plugins: [fs, ai],
    servings: { default: scriptedServing(() => 'yes') },
    directory,
    logLevel: 'silent',
  })
  const rows = pipeline('asked')
    .from(texts.map((text) => ({ text, other: 'the same' })))
    .step('ai.generate', { prompt: prompt(question), output: 'answer' } as never)
    .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
  const { servings } = await project.run(rows)
  return servings.flatMap(({ warnings }) => warnings.map(({ message }) => message))
}

const oneQuestion = expect.stringContaining('answers of the step 1-ai.generate come from one question')

test('a prompt over a column that is the same in all rows, or over none', async () => {
  expect(await warningsOf(['a', 'b', 'c'], 'Is {{other}} good?')).toEqual([oneQuestion])
  expect(await warningsOf(['a', 'b', 'c'], 'Is {text} good?')).toEqual([oneQuestion])
})

test('not where the questions differ, or one row is asked about', async () => {
  expect(await warningsOf(['a', 'a', 'b'], 'Is {{text}} good?')).toEqual([])
  expect(await warningsOf(['a'], 'Is {{text}} good?')).toEqual([])
})
