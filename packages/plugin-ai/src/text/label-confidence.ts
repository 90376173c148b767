import type { TokenLogprob } from '@maestro-dataflow/core'

/**
 * How sure a model was of labels that it wrote: the probability of the tokens that each is made of, 0 to 1.
 *
 * @param labels In the order in which they stand in the answer.
 * @returns undefined when a label is not found in what the tokens say
 */
export function labelConfidence(
  tokens: readonly TokenLogprob[],
  labels: readonly string[],
): readonly number[] | undefined {
  const text = tokens.map(({ token }) => token).join('')
  const confidences: number[] = []
  let position = 0
  for (const label of labels) {
    const written = JSON.stringify(label)
    let at = text.indexOf(written, position)
    // A key of the answer may read as a label does, and is followed by a colon.
    while (at !== -1 && /^\s*:/.test(text.slice(at + written.length))) at = text.indexOf(written, at + 1)
    if (at === -1) return undefined
    position = at + written.length
    confidences.push(Math.exp(sumOfLogprobs(tokens, at + 1, position - 1)))
  }
  return confidences
}

/** Of the tokens that have a part between two places. */
function sumOfLogprobs(tokens: readonly TokenLogprob[], start: number, end: number): number {
  let sum = 0
  let at = 0
  for (const { token, logprob } of tokens) {
    if (at < end && at + token.length > start) sum += logprob
    at += token.length
  }
  return sum
}
