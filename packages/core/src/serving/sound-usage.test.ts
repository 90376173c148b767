import { expect, test } from 'vitest'
import type { Usage } from '../errors/usage.js'
import { soundUsage } from './sound-usage.js'

const estimate = (): Usage => ({ inputTokens: 50, outputTokens: 5 })

test.each<[string, Partial<Record<keyof Usage, unknown>> | undefined, Usage]>([
  ['a usage that is right', { inputTokens: 7, outputTokens: 3 }, { inputTokens: 7, outputTokens: 3 }],
  ['no usage', undefined, { inputTokens: 50, outputTokens: 5 }],
  ['a count that is no number', { inputTokens: Number.NaN, outputTokens: 3 }, { inputTokens: 50, outputTokens: 3 }],
  ['a count below zero', { inputTokens: 7, outputTokens: -3 }, { inputTokens: 7, outputTokens: 5 }],
  ['a count as a text', { inputTokens: '7', outputTokens: 3 }, { inputTokens: 50, outputTokens: 3 }],
  [
    'cached tokens beside the prompt',
    { inputTokens: 7, outputTokens: 3, cachedInputTokens: 90, cacheWriteInputTokens: 10 },
    { inputTokens: 107, outputTokens: 3, cachedInputTokens: 90, cacheWriteInputTokens: 10 },
  ],
  [
    'reasoning beside the answer',
    { inputTokens: 7, outputTokens: 3, reasoningTokens: 90 },
    { inputTokens: 7, outputTokens: 93, reasoningTokens: 90 },
  ],
  [
    'details that say nothing',
    { inputTokens: 7, outputTokens: 3, cachedInputTokens: Number.NaN },
    { inputTokens: 7, outputTokens: 3 },
  ],
])('%s', (_, given, usage) => {
  expect(soundUsage(given as Partial<Usage>, estimate)).toEqual(usage)
})
