// The same work for both: questions of different length, answers of up to 48 tokens, greedy.
import { sized } from '../measure.js'

export const sequences = 4
export const maxTokens = 48
const subjects = ['a river', 'the moon', 'a bicycle', 'bread', 'a library', 'rain', 'a lighthouse', 'music']

export const questions = Array.from({ length: sized(48, 4) }, (_, index) => {
  const subject = subjects[index % subjects.length]
  return `Write a few sentences about ${subject}, as a letter to friend number ${index}.${' Be clear.'.repeat(index % 5)}`
})

/** Only what was generated counts; loading and the first answer stay out. */
export function report(tokens, started) {
  console.log(`tokens=${tokens}`)
  console.log(`tokens_per_s=${(tokens / (performance.now() - started)) * 1000}`)
}
