import type { LLMCapabilities, Sampling } from '../contracts/serving.js'

/** The warning about a setting that a model does not accept. @param model Such as `The model gpt-5-mini`. */
export function unsupportedSettingMessage(model: string, setting: string): string {
  return setting === 'stop'
    ? `${model} does not accept \`stop\`. Its answers are cut at these texts instead, and the rest of them is charged too.`
    : `${model} does not accept \`${setting}\`, which is not sent.`
}

/** The setting that such a warning is about; undefined for another warning. */
export function unsupportedSettingIn(message: string): string | undefined {
  return /does not accept `(\w+)`/.exec(message)?.[1]
}

/** Settings without those that a model does not accept, and the names of those that were set. */
export function withoutUnsupportedSettings<Settings extends Partial<Record<keyof Sampling, unknown>>>(
  settings: Settings,
  { unsupportedSettings = [] }: Pick<LLMCapabilities, 'unsupportedSettings'>,
): { readonly accepted: Settings; readonly removed: readonly (keyof Sampling)[] } {
  const removed = unsupportedSettings.filter((setting) => settings[setting] !== undefined)
  const accepted = { ...settings }
  for (const setting of removed) delete accepted[setting]
  return { accepted, removed }
}
