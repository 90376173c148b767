import type { EmbeddingServing } from '../../contracts/serving.js'
import { mostTokens } from '../budget/estimate-spending.js'

/**
 * Splits texts, in order, into the lists of single calls, by their number and by the maximum tokens of their texts. A
 * text that is too long on its own gets its own call, and the provider decides about it.
 */
export function splitTexts(
  texts: readonly string[],
  { batchSize = Number.POSITIVE_INFINITY, maxBatchTokens }: Pick<EmbeddingServing, 'batchSize' | 'maxBatchTokens'>,
): readonly (readonly string[])[] {
  const lists: string[][] = []
  let list: string[] = []
  let tokens = 0
  for (const text of texts) {
    const more = maxBatchTokens === undefined ? 0 : mostTokens(text)
    if (list.length >= batchSize || (list.length > 0 && tokens + more > (maxBatchTokens ?? 0))) {
      lists.push(list)
      list = []
      tokens = 0
    }
    list.push(text)
    tokens += more
  }
  if (list.length > 0) lists.push(list)
  return lists
}
