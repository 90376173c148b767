import { randomUUID } from 'node:crypto'
import type { ServingKind, Usage } from '@maestro-dataflow/core'
import type { Contribution, Maestro } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'

/** The reply to a small question. */
interface Reply {
  readonly said: string
  readonly model: string
  readonly usage?: Usage
  readonly cost?: number
}

/**
 * Asks each serving of the config one small question. This costs a few tokens. Each check shows the answer, the tokens,
 * the price, and the time.
 */
export async function askServings(project: Maestro, contributions: readonly Contribution[]): Promise<readonly Check[]> {
  const { servings } = await project.config()
  const checks: Check[] = []
  for (const [serving, entry] of Object.entries(servings)) {
    const name = `ask ${serving}`
    const kind = kindOf(entry, contributions)
    const ask = kind === undefined ? undefined : questions[kind]
    if (ask === undefined)
      checks.push({ name, status: 'warn', message: 'not asked: there is no small question for this kind of serving' })
    else checks.push(await timed(name, () => ask(project, serving)))
  }
  return checks
}

function kindOf(entry: object, contributions: readonly Contribution[]): ServingKind | undefined {
  if ('kind' in entry) return entry.kind as ServingKind
  const use = 'use' in entry ? entry.use : undefined
  for (const contribution of contributions)
    if (contribution.kind === 'servings' && contribution.name === use) return contribution.definition.kind
  return undefined
}

/** A transcription would need a recording. */
const questions: Readonly<Partial<Record<ServingKind, (project: Maestro, name: string) => Promise<Reply>>>> = {
  async llm(project, name) {
    const serving = await project.serving(name, 'llm')
    const { text, ...rest } = await serving.generate({
      messages: [{ role: 'user', content: 'Answer with one word: what colour is snow?' }],
      maxTokens: 200,
      // A stored answer would say nothing about the provider.
      sample: randomUUID(),
    })
    return { said: JSON.stringify(text.trim()), ...rest }
  },
  async embedding(project, name) {
    const serving = await project.serving(name, 'embedding')
    const { vectors, ...rest } = await serving.embed([`snow ${randomUUID()}`])
    return { said: `a vector of ${vectors[0]?.length ?? 0} numbers`, ...rest }
  },
  async rerank(project, name) {
    const serving = await project.serving(name, 'rerank')
    const { scores, ...rest } = await serving.rerank(`snow ${randomUUID()}`, ['Snow is white.', 'Grass is green.'])
    return { said: `the scores ${scores.join(', ')}`, ...rest }
  },
}

/** A question costs little, and what costs something is not shown as free. */
const dollars = (cost: number): string => (cost > 0 && cost < 0.000001 ? 'less than $0.000001' : `$${cost.toFixed(6)}`)

async function timed(name: string, ask: () => Promise<Reply>): Promise<Check> {
  const start = performance.now()
  try {
    const { said, model, usage, cost } = await ask()
    const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`
    const tokens = usage === undefined ? 'tokens unknown' : `${usage.inputTokens} + ${usage.outputTokens} tokens`
    const price = cost === undefined ? 'price unknown' : dollars(cost)
    return { name, status: 'ok', message: `${said} (${model}; ${tokens}; ${price}; ${seconds})` }
  } catch (error) {
    return failed(name, error)
  }
}
