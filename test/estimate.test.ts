// What an estimate says against what the run then takes, for pipelines whose first rows mislead.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type PipelineInput,
  type PlanEstimate,
  pipeline,
  prompt,
  type Range,
  type RunReport,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maestro-estimate-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Answers as long as its question, by three letters a token. */
const echo = (budgets = {}) =>
  maestro({
    plugins: [fs, table, ai],
    servings: {
      default: scriptedServing(({ messages }) => String(messages.at(-1)?.content), {
        price: { input: 2, output: 10 },
      }),
    },
    budgets,
    directory,
    logLevel: 'silent',
  })

async function compare(definition: PipelineInput, probes = 20, budgets = {}) {
  const project = echo(budgets)
  const estimate = await project.estimate(definition, probes)
  // The answers of the tried rows are stored, and the report counts only what was asked: a project of its own asks all.
  const report = await echo().runTo(definition, { write: async () => undefined })
  return { estimate, report }
}

function holds({ low, high }: Range | undefined = { low: 0, high: 0 }, truth: number | undefined = Number.NaN) {
  expect(low).toBeLessThanOrEqual(truth + 1e-9)
  expect(high).toBeGreaterThanOrEqual(truth - 1e-9)
}

function allHold({ total }: PlanEstimate, { usage }: RunReport) {
  holds(total.requests, usage.requests)
  holds(total.inputTokens, usage.inputTokens)
  holds(total.outputTokens, usage.outputTokens)
  holds(total.cost, usage.cost)
}

const texts = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => ({ id: n, text: text(n) }))
const generate = { prompt: prompt('Say {{text}}'), output: 'answer' }

test('a dedupe that removes more of all rows than of the first ones is counted exactly', async () => {
  const rows = texts(500, (n) => `text ${n < 20 ? n : n % 150} ${'x'.repeat(n % 7)}`)
  const { estimate, report } = await compare(
    pipeline('p')
      .from(rows)
      .step('table.dedupe', { by: ['text'] })
      .step('ai.generate', generate),
  )
  expect(estimate.counted).toEqual({ after: '1-table.dedupe', rows: report.counts.rowsOut })
  expect(estimate.total.requests).toEqual({ low: report.usage.requests, high: report.usage.requests })
  expect(estimate.uncertain).toEqual([])
  allHold(estimate, report)
})

test('a table sorted by length, of which the first rows are the short ones', async () => {
  const { estimate, report } = await compare(
    pipeline('p')
      .from(texts(400, (n) => `${n} ${'long '.repeat(n)}`))
      .step('ai.generate', generate),
  )
  allHold(estimate, report)
})

test('few different questions in many rows', async () => {
  const rows = texts(600, (n) => `kind ${n % 12}`)
  const { estimate, report } = await compare(pipeline('p').from(rows).step('ai.generate', generate))
  expect(estimate.total.requests).toEqual({ low: 12, high: 12 })
  allHold(estimate, report)
})

test('a filter after the model, before a second question', async () => {
  const { estimate, report } = await compare(
    pipeline('p')
      .from(texts(300, (n) => `${n}`))
      .step('ai.generate', generate)
      .filter((row) => !String(row.answer).endsWith('7'))
      .step('ai.generate', { prompt: prompt('Repeat {{answer}}'), output: 'again' }),
  )
  allHold(estimate, report)
})

test('functions and filters before the question are run for all rows; async ones, which may cost something, are not', async () => {
  const head = pipeline('p')
    .from(texts(200, (n) => `${n}`))
    .map((row) => ({ ...row, text: `${row.text}!` }))
    .filter(({ id }) => id < 5 || id % 10 === 0)
  const counted = await compare(head.step('ai.generate', generate))
  expect(counted.estimate.counted).toEqual({ after: '2-filter', rows: 24 })
  allHold(counted.estimate, counted.report)
  let asked = 0
  const { estimate } = await compare(
    head
      .map(async (row) => {
        asked++
        return row
      })
      .step('ai.generate', generate),
    5,
  )
  expect(estimate.counted?.after).toBe('2-filter')
  // 5 by the estimate, and 24 by the run.
  expect(asked).toBe(29)
})

test('the range of a step after a dedupe of answers covers that most answers may be alike', async () => {
  const { estimate, report } = await compare(
    pipeline('p')
      .from(texts(300, (n) => `kind ${n % 6}`))
      .step('ai.generate', generate)
      .step('table.dedupe', { by: ['answer'] })
      .step('ai.generate', { prompt: prompt('Again {{answer}}'), output: 'again' }),
    5,
  )
  expect(report.usage.requests).toBe(12)
  allHold(estimate, report)
})

test('a step that no tried row reaches is named, and so is one over all rows', async () => {
  const estimate = await echo().estimate(
    pipeline('p')
      .from(texts(100, (n) => `${n}`))
      .step('ai.generate', generate)
      .step('table.dedupe', { by: ['answer'] })
      .step('ai.generate', { prompt: prompt('Again {{text}}'), output: 'again' })
      .filter(({ id }) => id === -1)
      .step('ai.generate', { prompt: prompt('Never {{text}}'), output: 'never' }),
    10,
  )
  expect(estimate.uncertain.map(({ step }) => step)).toEqual(['2-table.dedupe', '5-ai.generate'])
})

test('a budget that the run will not or may not stay within is named', async () => {
  const rows = texts(200, (n) => `text ${'word '.repeat(n % 9)} ${n}`)
  const asking = pipeline('p')
    .from(rows)
    .step('ai.generate', { ...generate, maxTokens: 5, onCutOff: 'keep' })
  const { estimate, report } = await compare(asking, 10)
  const { low = 0, high = 0 } = estimate.total.cost ?? {}
  expect(report.usage.cost).toBeGreaterThan(0)
  const verdict = async (usd: number) =>
    (await echo({ run: { usd }, steps: { other: { usd: 0 } } }).estimate(asking, 10)).budgets
  expect(await verdict(low / 2)).toEqual([
    expect.objectContaining({ scope: 'the run', unit: 'usd', verdict: 'exceeds' }),
  ])
  expect(await verdict((low + high) / 2)).toMatchObject([{ verdict: 'mayExceed' }])
  expect(await verdict(high * 2)).toMatchObject([{ verdict: 'within' }])
  // Even the tried rows cost more.
  expect(await verdict(low / 25)).toMatchObject([{ verdict: 'exceeds' }])
})

test('rows that are asked about together, of which the model answers none that way', async () => {
  const asked = pipeline('together')
    .from(texts(300, (n) => `text ${n}`))
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer', rowsPerCall: 4 })
  const { estimate, report } = await compare(asked, 60)
  expect(report.usage.requests).toBeGreaterThanOrEqual(300)
  holds(estimate.total.requests, report.usage.requests)
})
