import type { JsonSchema } from '@maestro-dataflow/core'

/** A part of a user's message. */
export type BodyPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: 'wav' | 'mp3' } }
  | { readonly type: 'file'; readonly file: { readonly filename: string; readonly file_data: string } }

export interface BodyMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string | readonly BodyPart[]
}

/** The body of a request for a chat completion. Compatible servers have more settings than OpenAI, such as `top_k`. */
export interface ChatBody {
  readonly model: string
  readonly messages: readonly BodyMessage[]
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly seed?: number
  readonly stop?: readonly string[]
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
  readonly reasoning_effort?: string
  readonly service_tier?: 'auto' | 'default' | 'flex' | 'priority'
  readonly prompt_cache_retention?: string
  readonly logprobs?: boolean
  readonly top_logprobs?: number
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage: boolean }
  readonly response_format?:
    | { readonly type: 'json_object' }
    | {
        readonly type: 'json_schema'
        readonly json_schema: { readonly name: string; readonly schema: JsonSchema; readonly strict: boolean }
      }
}
