import type { EmbeddingServing } from '../../contracts/serving.js'
import { mostTokens } from '../budget/estimate-spending.js'

/**
 * Texts in order, in lists that one call takes: by their number, and by the tokens that they may have at most. A text
 * that is too long by itself stands alone; the provider says what it makes of it.
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
