import type { LLMCapabilities, LLMRequest, LLMResult, Sampling } from '../contracts/serving.js'
import { refusedSetting } from '../provider/refused-setting.js'
import { unsupportedSettingMessage } from './unsupported-settings.js'

/** The settings without which a request asks for the same, and their names at the providers. */
const namesOf = {
  temperature: ['temperature'],
  topP: ['top_p', 'topP'],
  topK: ['top_k', 'topK'],
  seed: ['seed', 'random_seed'],
  stop: ['stop', 'stop_sequences', 'stopSequences'],
} as const satisfies Partial<Record<keyof Sampling, readonly string[]>>

type Setting = keyof typeof namesOf

const settings = Object.keys(namesOf) as readonly Setting[]

/**
 * Which settings of a request a model accepts. One that its provider has refused is left out from then on. Texts that end
 * an answer are then looked for in the answer itself.
 */
export class SettingSupport {
  readonly #model: string
  readonly #capabilities: () => Pick<LLMCapabilities, 'unsupportedSettings'>
  readonly #refused = new Set<Setting>()

  constructor(model: string, capabilities: () => Pick<LLMCapabilities, 'unsupportedSettings'>) {
    this.#model = model
    this.#capabilities = capabilities
  }

  /** @param ask Sends a request. It is called again if the provider refuses a setting. */
  async call(
    request: LLMRequest,
    ask: (request: LLMRequest, isCut: boolean) => Promise<LLMResult>,
    record: { warn(message: string): void },
  ): Promise<LLMResult> {
    for (;;) {
      const left = settings.filter((setting) => request[setting] !== undefined && this.#isRefused(setting))
      try {
        const isCut = left.includes('stop')
        const result = await ask(left.length === 0 ? request : without(request, left), isCut)
        for (const setting of left) record.warn(unsupportedSettingMessage(`The model ${this.#model}`, setting))
        return isCut ? cutAt(result, request.stop ?? []) : result
      } catch (error) {
        const sent = settings.filter((setting) => request[setting] !== undefined && !left.includes(setting))
        const name = refusedSetting<string>(
          error,
          sent.flatMap((setting) => namesOf[setting]),
        )
        const refused = sent.find((setting) => (namesOf[setting] as readonly string[]).includes(name ?? ''))
        if (refused === undefined) throw error
        this.#refused.add(refused)
      }
    }
  }

  #isRefused(setting: Setting): boolean {
    return this.#refused.has(setting) || this.#capabilities().unsupportedSettings?.includes(setting) === true
  }
}

function without(request: LLMRequest, left: readonly Setting[]): LLMRequest {
  const rest: { -readonly [Name in keyof LLMRequest]: LLMRequest[Name] } = { ...request }
  for (const setting of left) delete rest[setting]
  return rest
}

/** The answer up to the first of these texts. Its usage stays, because the whole of it was charged. */
function cutAt(result: LLMResult, stop: readonly string[]): LLMResult {
  const ends = stop.map((text) => (text === '' ? -1 : result.text.indexOf(text))).filter((end) => end >= 0)
  if (ends.length === 0) return result
  const { object: _, ...rest } = result
  return { ...rest, text: result.text.slice(0, Math.min(...ends)), finishReason: 'stop' }
}
