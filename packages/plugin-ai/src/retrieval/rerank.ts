import {
  type CallOptions,
  EnhancedRerankServing,
  type LLMServing,
  type OperatorContext,
  type Prompt,
  type RerankServing,
  type Sampling,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import type { Passage } from './passage.js'
import { RetrievePrompt } from './retrieve.prompt.js'

/** Scores passages for a query; higher is better. */
export type Reranker = (
  query: string,
  passages: readonly Passage[],
  context: OperatorContext,
) => Promise<readonly number[]>

const highestScore = 10
const answer = z.strictObject({ score: z.literal(Array.from({ length: highestScore + 1 }, (_, score) => score)) })

/** Creates a reranker from a rerank model, or from a language model that scores each passage separately. */
export function rerankerOf(
  serving: RerankServing | LLMServing,
  given: {
    readonly prompt?: Prompt | undefined
    readonly language?: 'en' | 'zh' | undefined
    readonly instructions?: string | undefined
    readonly sampling?: Sampling
  } = {},
): Reranker {
  if (serving.kind === 'rerank') {
    const enhanced = serving instanceof EnhancedRerankServing ? serving : new EnhancedRerankServing(serving)
    return async (query, passages, context) => {
      const texts = passages.map(({ text }) => text)
      return (await enhanced.rerank(query, texts, callOptions(context))).scores
    }
  }
  const { language, instructions } = given
  const prompt = given.prompt ?? new RetrievePrompt({ language, instructions })
  const asker = new Asker({ serving, prompt, schema: answer, sampling: { temperature: 0, ...given.sampling } })
  return (query, passages, context) =>
    Promise.all(
      passages.map(
        async ({ text }) => (await asker.data(answer, { query, passage: text }, context)).score / highestScore,
      ),
    )
}

const callOptions = ({ signal, step, run, rowId }: OperatorContext): CallOptions => ({ signal, step, run, rowId })

/** The passages in the order of their new scores. */
export function reordered(passages: readonly Passage[], scores: readonly number[]): readonly Passage[] {
  return passages
    .map((passage, index) => ({ ...passage, score: scores[index] ?? 0 }))
    .sort((one, other) => other.score - one.score)
}
