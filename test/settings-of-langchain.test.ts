import { ChatOpenAI } from '@langchain/openai'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import plugin, { fromLangChain } from '@maestro-dataflow/plugin-langchain'
import { expect, test } from 'vitest'

test('the plan warns of the settings of a model that it does not accept, in code and by name', async () => {
  const options = { model: 'o3-mini', temperature: 0.3, apiKey: 'a' }
  const servings = {
    given: fromLangChain(new ChatOpenAI(options)),
    held: { use: 'langchain.chat', model: new ChatOpenAI(options) },
    named: { use: 'langchain.chat', from: '@langchain/openai', export: 'ChatOpenAI', options },
  }
  const project = maestro({ plugins: [fs, ai, plugin], servings, directory: import.meta.dirname })
  for (const serving of ['given', 'held', 'named'] as const) {
    const asking = pipeline('asking')
      .from([{ text: 'a' }])
      .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer', serving })
      .write('fs.file', { path: 'never-written.jsonl' })
    const { warnings } = await project.plan(asking)
    expect(warnings.map(({ message }) => message)).toEqual([
      `The model of the serving "${serving}" does not accept \`temperature\`, which is not sent.`,
    ])
  }
  await project.dispose()
})
