import {
  assertReadPrompt,
  estimateTokens,
  type FinishReason,
  finishReasonOf,
  type LLMResult,
  readRateLimits,
  uncountedTokens,
} from '@maestro-dataflow/core'
import { asFields } from './fields.js'
import type { GivenAnswer, GivenWarning } from './given-answer.js'
import { costIn, tierIn } from './price-of-answer.js'
import { readUsage } from './read-usage.js'

/** What an answer that lacks it gets. */
export interface Asked {
  readonly serving: string
  readonly model: string
  /** Estimates the tokens of the prompt. */
  promptTokens(): number
  /** The provider as the model names it. */
  readonly provider?: string | undefined
}

/** Converts an answer to ours. @throws MAESTRO_SERVING_UNFINISHED, _SERVER, _OVERLOADED, by its finish reason; _CONTEXT_TOO_LONG */
export function fromAnswer(answer: GivenAnswer, asked: Asked): LLMResult {
  const { serving, model, provider } = asked
  const content = answer.content ?? []
  const text = textOf(content, 'text') || callOf(content)
  const reasoning = textOf(content, 'reasoning')
  const estimated = {
    get inputTokens() {
      return asked.promptTokens()
    },
    get outputTokens() {
      return estimateTokens(text + reasoning)
    },
  }
  const raw = rawUsageOf(answer, provider)
  const { usage, isCounted } = readUsage(answer.usage, estimated, raw)
  assertReadPrompt(serving, {
    fingerprint: asFields(answer.response?.body).system_fingerprint,
    inputTokens: usage.inputTokens,
    get estimatedTokens() {
      return asked.promptTokens()
    },
  })
  const { modelId, headers } = answer.response ?? {}
  const rateLimits = headers === undefined ? undefined : readRateLimits(headersOf(headers))
  const tier = tierIn(answer)
  const cost = costIn(answer.providerMetadata)
  const warnings = [...(answer.warnings ?? []).map(warningText), ...(isCounted ? [] : [uncountedTokens])]
  return {
    text: text.toWellFormed(),
    ...(reasoning === '' ? {} : { reasoning }),
    finishReason: endOf(serving, answer.finishReason, usage),
    usage,
    ...(tier === undefined ? {} : { tier }),
    ...(cost === undefined ? {} : { cost }),
    model: modelId || model,
    ...(rateLimits === undefined ? {} : { rateLimits }),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

/** Packages give the headers of `fetch`, whose names are in lower case. Others are found by any name. */
function headersOf(given: Record<string, string>): Parameters<typeof readRateLimits>[0] {
  for (const name in given) if (name !== name.toLowerCase()) return new Headers(given)
  return { get: (name) => given[name], keys: () => Object.keys(given) }
}

/** The usage in the provider's own form. Packages of the specification v2 have it only in the reply. */
function rawUsageOf({ usage, response, providerMetadata = {} }: GivenAnswer, provider = ''): unknown {
  // The one of Bedrock has neither, and takes over the counts without those of the cache.
  if (provider.startsWith('amazon-bedrock') && typeof asFields(usage).inputTokens === 'number') {
    const { inputTokens, outputTokens, cachedInputTokens: cacheReadInputTokens } = asFields(usage)
    return { inputTokens, outputTokens, cacheReadInputTokens, ...asFields(asFields(providerMetadata.bedrock).usage) }
  }
  const body = asFields(response?.body)
  const metadata = Object.values(providerMetadata).map((about) => asFields(about).usage)
  return [asFields(usage).raw, body.usage, body.usageMetadata, ...metadata].find(
    (raw) => raw !== undefined && raw !== null,
  )
}

function textOf(content: GivenAnswer['content'], type: 'text' | 'reasoning'): string {
  return content
    .filter((part): part is { type: string; text: string } => part.type === type && 'text' in part)
    .map(({ text }) => text)
    .join('')
}

/** A provider without a mode for schemas answers by calling a tool; the arguments are the answer. */
function callOf(content: GivenAnswer['content']): string {
  const call = content.find((part): part is { type: string; input: unknown } => part.type === 'tool-call')
  if (call === undefined) return ''
  return typeof call.input === 'string' ? call.input : JSON.stringify(call.input)
}

/** The provider's own word counts where the specification's word says nothing or less. */
function endOf(serving: string, given: GivenAnswer['finishReason'], usage: LLMResult['usage']): FinishReason {
  const { unified, raw } = typeof given === 'string' ? { unified: given, raw: undefined } : (given ?? {})
  switch (unified) {
    case 'stop':
    case 'tool-calls':
      // Anthropic pauses long turns; the answer is not complete then.
      return /pause/i.test(raw ?? '') ? finishReasonOf(serving, raw, usage) : 'stop'
    case 'length':
      return 'length'
    case 'content-filter':
      return isRefusal(raw) || isRegular(given) ? 'refusal' : 'content-filter'
    case 'error':
      return finishReasonOf(serving, 'error', usage)
    default:
      return finishReasonOf(serving, raw ?? unified ?? 'unknown', usage)
  }
}

/** A package that finds the words of a refusal beside a regular end reports a content filter. */
const isRefusal = (raw: string | undefined): boolean => /refus|^(stop|end_turn|completed?)$/i.test(raw ?? '')

/** The package of OpenAI gives a refusal no word of its own. */
const isRegular = (given: GivenAnswer['finishReason']): boolean => typeof given === 'object' && given.raw === undefined

/** A provider's warning as a sentence. */
export function warningText(warning: GivenWarning): string {
  switch (warning.type) {
    case 'unsupported':
    case 'compatibility':
      return withDetails(`The provider does not support ${warning.feature}`, warning.details)
    case 'unsupported-setting':
      return withDetails(`The provider does not support ${String(warning.setting)}`, warning.details)
    case 'unsupported-tool':
      return withDetails('The provider does not support the tool', warning.details)
    case 'deprecated':
      return `${warning.setting} is deprecated: ${warning.message}`
    default:
      return warning.message
  }
}

const withDetails = (fault: string, details: string | undefined): string =>
  details === undefined || details === '' ? `${fault}.` : `${fault}: ${details}`
