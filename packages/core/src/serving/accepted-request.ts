import type { LLMCapabilities, LLMRequest } from '../contracts/serving.js'
import { retirementWarning } from './retirement.js'
import { unsupportedSettingMessage, withoutUnsupportedSettings } from './unsupported-settings.js'

/** The request without the settings that the model does not accept, with a warning for each, and for a model that retires. */
export function acceptedRequest(
  request: LLMRequest,
  { model, capabilities }: { readonly model: string; readonly capabilities: LLMCapabilities },
  warn: (message: string) => void,
): LLMRequest {
  // Without its `stop`, a request would have the answer of another one.
  const unsupportedSettings = capabilities.unsupportedSettings?.filter((setting) => setting !== 'stop') ?? []
  const { accepted, removed } = withoutUnsupportedSettings(request, { unsupportedSettings })
  const named = `The model ${model}`
  for (const setting of removed) warn(unsupportedSettingMessage(named, setting))
  const retirement = retirementWarning(named, capabilities.retires)
  if (retirement !== undefined) warn(retirement)
  return accepted
}
