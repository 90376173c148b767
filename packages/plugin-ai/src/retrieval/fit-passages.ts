import { measureOf } from '../documents/measure.js'
import { aiError } from '../errors.js'
import type { Passage } from './passage.js'

/**
 * Selects the first passages that fit into a number of tokens, estimated from the script. A passage is never truncated.
 *
 * @throws MAESTRO_AI_CONTEXT_SMALL if the first passage does not fit
 */
export function fitPassages(passages: readonly Passage[], tokens: number): readonly Passage[] {
  const fitting: Passage[] = []
  let used = 0
  for (const passage of passages) {
    const { text, id } = passage
    const size = Math.ceil(measureOf(text, 'tokens').size(0, text.length))
    if (used + size > tokens) {
      if (fitting.length === 0) throw aiError('MAESTRO_AI_CONTEXT_SMALL', { passage: id, tokens: size, limit: tokens })
      continue
    }
    used += size
    fitting.push(passage)
  }
  return fitting
}
