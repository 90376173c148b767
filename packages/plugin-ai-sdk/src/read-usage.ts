import type { LanguageModelV2Usage, LanguageModelV3Usage, LanguageModelV4Usage } from '@ai-sdk/provider'
import { countOf, readUsage as readRawUsage, type Usage } from '@maestro-dataflow/core'
import { asFields, isFields } from './fields.js'

/** The token counts of an answer, in any specification. Undefined counts are left out. */
export type GivenUsage = LanguageModelV2Usage | LanguageModelV3Usage | LanguageModelV4Usage

/**
 * The tokens of an answer. Providers may leave any of them out, and some count cached tokens beside the prompt.
 *
 * @param estimated The counts for an answer that has none.
 * @param raw The usage in the provider's own form, if the package states it.
 * @returns the tokens, and whether the answer states those of its prompt and of itself, in its own form or in that of its
 *   provider
 */
export function readUsage(
  given: GivenUsage | undefined,
  estimated: Usage,
  raw: unknown = rawOf(given),
): { readonly usage: Usage; readonly isCounted: boolean } {
  const own = readRawUsage(raw).usage
  // Packages of the specification v2 leave out cache writes and count the other parts as their providers do.
  if (!isDetailedUsage(given) && own.inputTokens !== undefined && own.outputTokens !== undefined)
    return { usage: { ...own, inputTokens: own.inputTokens, outputTokens: own.outputTokens }, isCounted: true }
  const { cached, written = own.cacheWriteInputTokens, reasoning = 0, ...counts } = countsOf(given)
  // No prompt is without tokens.
  const input = counts.input ?? (own.inputTokens || undefined)
  const output = counts.output ?? own.outputTokens
  // The specifications have no words for them.
  const { imageInputTokens, audioInputTokens, longCacheWriteInputTokens } = own
  const beside = (cached ?? 0) + (written ?? 0)
  const usage = {
    inputTokens: input === undefined ? estimated.inputTokens : beside > input ? input + beside : input,
    outputTokens: output ?? estimated.outputTokens,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(written === undefined ? {} : { cacheWriteInputTokens: written }),
    ...(longCacheWriteInputTokens === undefined ? {} : { longCacheWriteInputTokens }),
    ...(imageInputTokens === undefined ? {} : { imageInputTokens }),
    ...(audioInputTokens === undefined ? {} : { audioInputTokens }),
    // Packages report 0 where the provider reports nothing.
    ...(reasoning === 0 ? {} : { reasoningTokens: reasoning }),
  }
  return { usage, isCounted: input !== undefined && output !== undefined }
}

const rawOf = (given: GivenUsage | undefined): unknown => asFields(given).raw

const isDetailedUsage = (given: GivenUsage | undefined): boolean =>
  isFields(asFields(given).inputTokens) || isFields(asFields(given).outputTokens)

interface Counts {
  readonly input: number | undefined
  readonly cached?: number | undefined
  readonly written?: number | undefined
  readonly output: number | undefined
  readonly reasoning?: number | undefined
}

function countsOf(given: GivenUsage | undefined): Counts {
  if (typeof given !== 'object' || given === null) return { input: undefined, output: undefined }
  const { inputTokens: input, outputTokens: output } = given
  if (isFields(input) || isFields(output)) {
    const { total, noCache, cacheRead, cacheWrite } = asFields(input)
    const parts = sum(noCache, cacheRead, cacheWrite)
    const { total: said, text, reasoning } = asFields(output)
    const counts = {
      input: countOf(total) ?? parts,
      cached: countOf(cacheRead),
      written: countOf(cacheWrite),
      output: countOf(said) ?? sum(text, reasoning),
      reasoning: countOf(reasoning),
    }
    // Packages report 0 where the provider reports nothing, and no prompt is without tokens.
    if (counts.input === 0 && !counts.output) return { input: undefined, output: undefined }
    return { ...counts, output: withReasoningBeside(counts, asFields(given).raw) }
  }
  const { cachedInputTokens, reasoningTokens } = given as LanguageModelV2Usage
  return {
    input: countOf(input),
    cached: countOf(cachedInputTokens),
    output: countOf(output),
    reasoning: countOf(reasoningTokens),
  }
}

/** xAI counts reasoning beside the answer; the total of its reply shows it. */
function withReasoningBeside({ input = 0, output, reasoning = 0 }: Counts, raw: unknown): number | undefined {
  const isBeside = output !== undefined && asFields(raw).total_tokens === input + output + reasoning
  return isBeside ? output + reasoning : output
}

function sum(...values: readonly unknown[]): number | undefined {
  const counts = values.map(countOf).filter((value) => value !== undefined)
  return counts.length === 0 ? undefined : counts.reduce((total, value) => total + value, 0)
}
