import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { LLMRequest, Sampling } from '@maestro-dataflow/core'
import { withTolerantClient } from './own-fetch.js'

/**
 * The names that LangChain's chat models use for the settings of a request. Most models accept them in the constructor,
 * few with a call.
 */
const settings: Readonly<Record<keyof Omit<Sampling, 'stop'>, readonly string[]>> = {
  temperature: ['temperature'],
  topP: ['topP'],
  topK: ['topK'],
  seed: ['seed'],
  maxTokens: ['maxTokens', 'maxOutputTokens', 'numPredict', 'maxCompletionTokens'],
}

const settingNames = Object.keys(settings) as readonly (keyof typeof settings)[]

const nameIn = (model: BaseChatModel, option: keyof typeof settings): string | undefined =>
  settings[option].find((name) => name in model)

/** The settings of a request, by how a model accepts them. */
export interface ModelSettings {
  /** Passed with the call. */
  readonly call: Readonly<Record<string, unknown>>
  /** Settings with which a model must be created; empty if it already has them. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** The settings that a model would ignore silently, because its class does not have them. */
export function unsupportedSettingsOf(model: BaseChatModel): readonly (keyof Sampling)[] {
  return settingNames.filter((option) => !model.callKeys.includes(option) && nameIn(model, option) === undefined)
}

/** Further settings that a model may have been created with. */
const ownSettings: Readonly<Record<string, readonly string[]>> = {
  ...settings,
  stop: ['stop', 'stopSequences'],
  reasoningEffort: ['reasoningEffort', 'reasoning'],
  tier: ['service_tier', 'serviceTier'],
}

/** The settings that a model, or the arguments of its class, send with each request. */
export function ownSettingsOf(model: object): Readonly<Record<string, unknown>> {
  const bound: unknown = Reflect.get(model, 'defaultOptions')
  const from = typeof bound === 'object' && bound !== null ? [bound, model] : [model]
  const found = Object.entries(ownSettings).map(([setting, names]) => [
    setting,
    from.flatMap((one) => names.map((name): unknown => Reflect.get(one, name))).find((value) => value != null),
  ])
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** The names of the fields of a model that hold these settings. */
export const fieldsOf = (omit: readonly string[]): readonly string[] =>
  omit.flatMap((setting) => (setting === 'maxTokens' ? [] : (ownSettings[setting] ?? [])))

/**
 * Determines how the settings of a request are passed to a model. Settings that it does not have are left out.
 *
 * @param omit The settings that the model must not send, even if it was created with them.
 */
export function settingsOf(model: BaseChatModel, request: LLMRequest, omit: readonly string[] = []): ModelSettings {
  const call: Record<string, unknown> = {}
  const fields: Record<string, unknown> = {}
  for (const name of fieldsOf(omit)) if (Reflect.get(model, name) !== undefined) fields[name] = undefined
  // Every chat model of LangChain has it.
  if (request.stop !== undefined && request.stop.length > 0) call.stop = request.stop
  for (const option of settingNames) {
    const value = request[option]
    if (value === undefined) continue
    const known = nameIn(model, option)
    if (model.callKeys.includes(option)) call[option] = value
    else if (known !== undefined && Reflect.get(model, known) !== value) fields[known] = value
  }
  if (request.logprobs !== undefined && 'logprobs' in model) {
    fields.logprobs = true
    if (request.logprobs > 0) fields.topLogprobs = request.logprobs
  }
  return { call, fields }
}

const mostVariants = 32

/** A model with other settings. It is created when it is first needed, from the model's own constructor arguments. */
export class ModelVariants {
  readonly base: BaseChatModel
  readonly #made = new Map<string, BaseChatModel>()

  constructor(base: BaseChatModel) {
    this.base = base
  }

  with(fields: Readonly<Record<string, unknown>>): BaseChatModel {
    if (Object.keys(fields).length === 0) return this.base
    // As a list, in which undefined values stay.
    const key = JSON.stringify(Object.entries(fields))
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const Model = this.base.constructor as new (fields: object) => BaseChatModel
    const made = withTolerantClient(new Model({ ...this.base.lc_kwargs, ...fields }))
    const [oldest] = this.#made.keys()
    if (this.#made.size >= mostVariants && oldest !== undefined) this.#made.delete(oldest)
    this.#made.set(key, made)
    return made
  }
}
