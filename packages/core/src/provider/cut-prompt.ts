import { maestroError } from '../errors/error-table.js'

/** Ollama's name for itself in each answer of its OpenAI API. */
const ollama = 'fp_ollama'

/** An answer, as far as it says how much of the prompt was read. */
export interface ReadPrompt {
  /** `system_fingerprint` of the reply. */
  readonly fingerprint: unknown
  /** The tokens of the prompt as the server states them. */
  readonly inputTokens: number
  /** The tokens of the prompt as we estimate them. */
  readonly estimatedTokens: number
}

/**
 * Checks that Ollama has read a whole prompt, where only its answer is known. Its OpenAI API cuts long prompts silently
 * to the context of the model. A prompt that has exactly the length of a usual context, and is about as long or longer,
 * was cut.
 *
 * @throws MAESTRO_SERVING_CONTEXT_TOO_LONG
 */
export function assertReadPrompt(serving: string, { fingerprint, inputTokens, estimatedTokens }: ReadPrompt): void {
  if (fingerprint !== ollama || !isUsualContext(inputTokens) || estimatedTokens < 0.7 * inputTokens) return
  const reason = `Ollama has cut the prompt: it fills all ${inputTokens} tokens of the context`
  throw maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, reason, limit: inputTokens })
}

const smallestContext = 2048

function isUsualContext(tokens: number): boolean {
  return tokens >= smallestContext && (tokens % (2 * smallestContext) === 0 || Number.isInteger(Math.log2(tokens)))
}
