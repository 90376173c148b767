import { expect, test } from 'vitest'
import { assertReadPrompt } from './cut-prompt.js'

test.each([2048, 4096, 8192, 12_288, 32_768])('a prompt that fills the usual context of %i was cut', (inputTokens) => {
  expect(() => assertReadPrompt('m', { fingerprint: 'fp_ollama', inputTokens, estimatedTokens: 40_000 })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' }),
  )
})

test.each([
  ['of another server', { fingerprint: 'fp_1', inputTokens: 4096, estimatedTokens: 9000 }],
  ['of another length', { fingerprint: 'fp_ollama', inputTokens: 4097, estimatedTokens: 9000 }],
  ['that is short', { fingerprint: 'fp_ollama', inputTokens: 1024, estimatedTokens: 1024 }],
  [
    'with a template that is longer than the prompt',
    { fingerprint: 'fp_ollama', inputTokens: 4096, estimatedTokens: 9 },
  ],
])('a prompt %s was not cut', (_, read) => {
  expect(() => assertReadPrompt('m', read)).not.toThrow()
})
