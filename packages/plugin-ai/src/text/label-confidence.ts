import type { TokenLogprob } from '@maestro-dataflow/core'

/**
 * Computes the confidence of a model in the labels of its answer: the probability of the tokens of each label, 0 to 1.
 *
 * @param labels The labels in the order of the answer.
 * @returns undefined if the tokens do not contain a label
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
    // A key of the answer may equal a label, but a colon follows it.
    while (at !== -1 && /^\s*:/.test(text.slice(at + written.length))) at = text.indexOf(written, at + 1)
    if (at === -1) return undefined
    position = at + written.length
    confidences.push(Math.exp(sumOfLogprobs(tokens, at + 1, position - 1)))
  }
  return confidences
}

/** The probability of the tokens that overlap a range. */
function sumOfLogprobs(tokens: readonly TokenLogprob[], start: number, end: number): number {
  let sum = 0
  let at = 0
  for (const { token, logprob } of tokens) {
    if (at < end && at + token.length > start) sum += logprob
    at += token.length
  }
  return sum
}
