import { expect, test } from 'vitest'
import { z } from 'zod'
import { ProjectFolder } from '../../__fixtures__/project-folder.js'
import { smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { LLMRequest, LLMServing } from '../../contracts/serving.js'
import { SERVINGS } from '../../contracts/serving-definition.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePlugin } from '../../define/define-plugin.js'
import { pipeline } from '../../define/pipeline.js'
import { maestroError } from '../../errors/error-table.js'
import { maestro } from '../../maestro.js'

const warm = defineOperator({
  name: 'test.warm',
  kind: 'map',
  options: { temperature: z.number().optional() },
  adds: { answer: 'string' },
  inject: [SERVINGS],
  servings: () => [{ kind: 'llm', name: 'default' }],
  create: ({ temperature }, [servings]) => {
    const model = servings.get('default', 'llm')
    return async (row, { run, step, rowId, signal }) => {
      const request: LLMRequest = {
        messages: [{ role: 'user', content: String(row.text) }],
        ...(temperature === undefined ? {} : { temperature }),
      }
      const { text } = await model.generate(request, { run, step, rowId, signal })
      return { ...row, answer: text }
    }
  },
})

/** A server that takes no temperature, and says so only when it is asked. */
const cold = (asked: LLMRequest[] = []): LLMServing => ({
  kind: 'llm',
  name: 'cold',
  identity: {},
  capabilities: { jsonSchema: false, images: false, audio: false },
  async generate(request) {
    asked.push(request)
    if (request.temperature !== undefined) {
      const reason = "400 Unsupported value: 'temperature' does not support 0.2 with this model."
      throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 'cold', status: 400, reason })
    }
    return { text: 'brr', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'cold' }
  },
})

const asking = (temperature?: number) =>
  pipeline('asking')
    .from([{ text: 'one' }, { text: 'two' }])
    .step(warm, temperature === undefined ? {} : { temperature }, { id: 'ask' })
    .write('acme.rows' as never, {} as never)

test('the plan names a setting that the server refused in an earlier run, until it is no longer set', async () => {
  const directory = new ProjectFolder().path
  const { plugin } = smallPlugin()
  const own = definePlugin({ name: 'test', operators: [warm] })
  const project = maestro({ plugins: [plugin, own], servings: { default: cold() }, directory })
  const warningsOf = async (temperature?: number) => (await project.plan(asking(temperature))).warnings
  expect(await warningsOf(0.2)).toEqual([])
  const { runId } = await project.run(asking(0.2))
  const expected = [
    {
      step: 'ask',
      message: `The model cold does not accept \`temperature\`, which is not sent. Its server refused it in the run ${runId}.`,
    },
  ]
  expect(await warningsOf(0.2)).toEqual(expected)
  // This run reuses all answers, so its server refuses nothing.
  await project.run(asking(0.2))
  expect(await warningsOf(0.2)).toEqual(expected)
  expect(await warningsOf()).toEqual([])
  await project.dispose()
})

test('the next process does not send the setting again, and warns of it', async () => {
  const directory = new ProjectFolder().path
  const own = definePlugin({ name: 'test', operators: [warm] })
  const run = async (temperature: number) => {
    const asked: LLMRequest[] = []
    const project = maestro({ plugins: [smallPlugin().plugin, own], servings: { default: cold(asked) }, directory })
    const report = await project.run(asking(temperature))
    await project.dispose()
    const warnings = report.servings.flatMap((serving) => serving.warnings.map(({ message }) => message))
    return { refused: asked.filter((request) => request.temperature !== undefined).length, warnings }
  }
  const warnings = [expect.stringContaining('`temperature`')]
  const first = await run(0.2)
  expect(first).toEqual({ refused: expect.any(Number), warnings })
  expect(first.refused).toBeGreaterThan(0)
  expect(await run(0.3)).toEqual({ refused: 0, warnings })
})
