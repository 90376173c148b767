// The pipeline of the durability tests: a row stage that asks a model, a table stage, and a second row stage.

import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'

/**
 * A project in a folder, whose model is a serving object.
 *
 * @param {string} folder
 * @param {import('@maestro-dataflow/core').LLMServing} serving
 * @param {{ cache: boolean, concurrency?: number }} settings
 * @param {readonly import('@maestro-dataflow/core').PluginReference[]} observers
 */
export const projectOf = (folder, serving, { cache, concurrency = 1 }, observers = []) =>
  maestro({
    directory: folder,
    plugins: [fs, ai, table, ...observers],
    servings: { default: serving },
    ...(cache ? {} : { cache: false }),
    // Some pipelines lose more rows than a run accepts.
    run: { rowsInFlight: Math.max(2, concurrency), maxRejects: '100%' },
    logLevel: 'silent',
  })

/** @param {number} rows */
export const questions = (rows) =>
  Array.from({ length: rows }, (_, row) => `{"row":${row},"question":"What of row ${row}?"}\n`).join('')

export const answers = () =>
  pipeline('answers')
    .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
    .map(
      (row) => {
        if (row.row === 3) throw new Error('row 3 is refused')
        return row
      },
      { id: 'check', columns: { reads: ['row'] } },
    )
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' }, { id: 'ask' })
    .step('table.sort', { by: [{ column: 'row', descending: true }] }, { id: 'sort' })
    .map((row) => ({ ...row, length: String(row.answer).length }), { id: 'measure' })
    .write('fs.file', { path: 'answers.jsonl' })

/**
 * A model that counts its answers by row, in a file if it runs in a process of its own.
 *
 * @param {(row: number) => void} answered
 * @param {number} latencyMs
 * @returns {import('@maestro-dataflow/core').LLMServing}
 */
export const countingModel = (answered, latencyMs = 0) => ({
  kind: 'llm',
  name: 'counting',
  identity: { version: 1 },
  concurrency: undefined,
  capabilities: { jsonSchema: false, images: false, audio: false },
  async generate({ messages }) {
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
    const row = /row (\d+)/.exec(JSON.stringify(messages))?.[1]
    answered(Number(row))
    const usage = { inputTokens: 20, outputTokens: 5 }
    return { text: `answer ${row}`, finishReason: 'stop', usage, cost: 0.001, model: 'counting-1' }
  },
})
