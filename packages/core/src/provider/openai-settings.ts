import type { Sampling } from '../contracts/serving.js'

/** Models of OpenAI, fine-tuned or not, that reason before they answer and do not accept sampling options. */
const reasoning = /^(?:ft:)?(?:o\d|gpt-5(?!.*chat)|codex-mini|computer-use)/

/**
 * The settings for which OpenAI and Azure refuse a request to this model.
 *
 * @param reasoningEffort Without reasoning (`none`), a model accepts sampling options.
 */
export function refusedByOpenAI(model: string, reasoningEffort?: unknown): readonly (keyof Sampling)[] {
  return reasoning.test(model) && reasoningEffort !== 'none' ? ['topK', 'temperature', 'topP', 'stop'] : ['topK']
}
