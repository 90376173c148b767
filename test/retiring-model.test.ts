import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The warnings of the plan and of the report for a model that its provider retires on a day. */
async function warnings(retires: string) {
  const asking = pipeline('asking')
    .from([{ text: 'tea' }, { text: 'coffee' }])
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
    .write('fs.file', { path: join(folder, 'answers.jsonl') })
  const project = maestro({
    plugins: [ai, fs],
    servings: { default: scriptedServing(() => 'hot', { capabilities: { retires } }) },
    stateDirectory: join(folder, 'state'),
    allowOutsidePaths: true,
    logLevel: 'silent',
  })
  try {
    const { warnings: planned } = await project.plan(asking)
    const { servings } = await project.run(asking)
    return { planned, reported: servings.flatMap(({ warnings }) => warnings) }
  } finally {
    await project.dispose()
  }
}

test('the plan and the report name a model that was retired, and the report with the number of requests', async () => {
  const { planned, reported } = await warnings('2020-01-31')
  const message = expect.stringContaining('was retired by its provider on 2020-01-31')
  expect(planned).toEqual([expect.objectContaining({ message })])
  expect(reported).toEqual([{ message, requests: 2 }])
})

test('neither names a model that retires on a day that is far away', async () => {
  expect(await warnings('2999-12-31')).toEqual({ planned: [], reported: [] })
})
