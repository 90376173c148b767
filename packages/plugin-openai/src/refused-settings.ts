import { MaestroError } from '@maestro-dataflow/core'
import type { ChatBody } from './chat-body.js'

/** The settings without which a request asks for the same. */
const optional = [
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'reasoning_effort',
  'service_tier',
  'logprobs',
  'top_logprobs',
  'stream_options',
] as const
/** The same setting, by the names that servers have for it. */
const renamed: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

/** A value out of range is a fault of the config, and only the server's words tell it from an unknown setting. */
const refusal =
  /not support|n't support|unsupported|un(?:recognized|known|expected) (?:request |keyword |extra )?(?:argument|parameter|field|property|key)|extra (?:inputs?|fields?)|not (?:accept|permit)|only the default/i

/**
 * The settings that a server has refused. Which of them a model accepts is known for OpenAI only; other servers pass
 * requests on to models that accept fewer. A refused setting is left out from then on.
 */
export class RefusedSettings {
  readonly #refused = new Set<string>()

  /** The body without refused settings, and a warning for each. */
  without(body: ChatBody): { readonly body: ChatBody; readonly warnings: readonly string[] } {
    const left: Record<string, unknown> = { ...body }
    const warnings: string[] = []
    for (const name of this.#refused) {
      if (!(name in left)) continue
      const other = renamed[name]
      if (other !== undefined) left[other] = left[name]
      else warnings.push(`The server does not accept \`${name}\` for the model ${body.model}, which is not sent.`)
      delete left[name]
    }
    // What was removed is optional.
    return { body: left as unknown as ChatBody, warnings }
  }

  /** @returns whether the request failed because of a setting that it can do without */
  learn(error: unknown, body: ChatBody): boolean {
    if (!MaestroError.is(error, 'MAESTRO_SERVING_BAD_REQUEST')) return false
    const reason = String(error.details.reason)
    if (!refusal.test(reason)) return false
    const name = [...optional, ...Object.keys(renamed)].find(
      (one) => one in body && new RegExp(`(?<!\\w)${one}(?!\\w)`).test(reason),
    )
    // Some servers accept neither name.
    if (name === undefined || this.#refused.has(renamed[name] ?? '')) return false
    this.#refused.add(name)
    return true
  }
}
