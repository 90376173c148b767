import type { LLMRequest, LLMResult, LLMServing } from '../contracts/serving.js'
import { refusedSetting } from '../provider/refused-setting.js'
import { withoutOmitted } from '../provider/without-omitted.js'
import type { RefusedSettings } from './refused-settings.js'
import { unsupportedSettingMessage } from './unsupported-settings.js'

/** The settings without which a request asks for the same, and their names at the providers. */
const namesOf = {
  temperature: ['temperature'],
  topP: ['top_p', 'topP'],
  topK: ['top_k', 'topK'],
  seed: ['seed', 'random_seed'],
  stop: ['stop', 'stop_sequences', 'stopSequences'],
  logprobs: ['logprobs', 'top_logprobs'],
  reasoningEffort: ['reasoning_effort', 'reasoningEffort', 'reasoning.effort', 'think', 'thinking'],
  tier: ['service_tier', 'serviceTier'],
  streamOptions: ['stream_options'],
  // It is never left out, but some providers know it by another name.
  maxTokens: ['max_tokens', 'max_completion_tokens'],
} as const

type Setting = keyof typeof namesOf

const settings = Object.keys(namesOf) as readonly Setting[]

/** What a request is sent with after the settings that its model does not accept are taken out. */
export interface AcceptedRequest {
  readonly request: LLMRequest
  /** The settings that the serving itself must not send either. */
  readonly omit: readonly string[]
}

/**
 * Which settings a model accepts, of those that a request sets and those that the serving sends with each request. One
 * that its provider has refused is left out from then on. Texts that end an answer are then looked for in the answer
 * itself.
 */
export class SettingSupport {
  readonly #serving: LLMServing
  readonly #refused: RefusedSettings

  constructor(serving: LLMServing, refused: RefusedSettings) {
    this.#serving = serving
    this.#refused = refused
  }

  /** @param ask Sends a request. It is called again if the provider refuses a setting. */
  async call(
    request: LLMRequest,
    ask: (accepted: AcceptedRequest) => Promise<LLMResult>,
    record: { warn(message: string): void },
  ): Promise<LLMResult> {
    const { name, model = name } = this.#serving
    const given: Readonly<Record<string, unknown>> = { ...this.#serving.defaults, ...withoutUndefined(request) }
    const set = settings.filter((setting) => given[setting] !== undefined)
    for (;;) {
      const omit = set.filter((setting) => this.#isRefused(setting))
      try {
        const result = await ask({ request: withoutOmitted(request, omit), omit })
        for (const setting of omit)
          if (setting !== 'maxTokens') record.warn(unsupportedSettingMessage(`The model ${model}`, setting))
        return omit.includes('stop') ? cutAt(result, given.stop) : result
      } catch (error) {
        const sent = set.filter((setting) => !omit.includes(setting))
        const said = refusedSetting<string>(
          error,
          sent.flatMap((setting) => namesOf[setting]),
        )
        const refused = sent.find((setting) => (namesOf[setting] as readonly string[]).includes(said ?? ''))
        if (refused === undefined) throw error
        this.#refused.add(this.#serving, refused)
      }
    }
  }

  #isRefused(setting: Setting): boolean {
    const { unsupportedSettings = [] } = this.#serving.capabilities
    return (unsupportedSettings as readonly string[]).includes(setting) || this.#refused.has(this.#serving, setting)
  }
}

const withoutUndefined = (request: LLMRequest): object =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))

/** The answer up to the first of these texts. Its usage stays, because the whole of it was charged. */
function cutAt(result: LLMResult, stop: unknown): LLMResult {
  const texts: readonly unknown[] = Array.isArray(stop) ? stop : []
  const ends = texts.map((text) => (typeof text === 'string' && text !== '' ? result.text.indexOf(text) : -1))
  const found = ends.filter((end) => end >= 0)
  if (found.length === 0) return result
  const { object: _, ...rest } = result
  return { ...rest, text: result.text.slice(0, Math.min(...found)), finishReason: 'stop' }
}
