import type {
  LanguageModelV2CallWarning,
  LanguageModelV2FinishReason,
  LanguageModelV3FinishReason,
  LanguageModelV4FinishReason,
  SharedV3Warning,
  SharedV4Warning,
} from '@ai-sdk/provider'
import type { GivenUsage } from './read-usage.js'

/** An answer of a language model, in any specification. */
export interface GivenAnswer {
  readonly content: readonly { readonly type: string }[]
  readonly finishReason: LanguageModelV2FinishReason | LanguageModelV3FinishReason | LanguageModelV4FinishReason
  readonly usage: GivenUsage
  readonly response?: {
    readonly modelId?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly warnings: readonly GivenWarning[]
  readonly providerMetadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export type GivenWarning = LanguageModelV2CallWarning | SharedV3Warning | SharedV4Warning
