import type { UsageTotals } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { describeUsage } from './describe-report.js'

const usage = (tokens: Partial<UsageTotals>): UsageTotals =>
  ({
    requests: 4,
    failedRequests: 0,
    reusedAnswers: 0,
    retries: 0,
    inputTokens: 0,
    outputTokens: 9,
    cachedInputTokens: 0,
    cost: 0,
    ...tokens,
  }) as UsageTotals

test.each([
  [{ inputTokens: 1000, cachedInputTokens: 400 }, '4 calls, 1000 tokens in (40% cached), 9 tokens out'],
  [{ inputTokens: 1000, cachedInputTokens: 999 }, '4 calls, 1000 tokens in (99% cached), 9 tokens out'],
  [{ inputTokens: 1000, cachedInputTokens: 0 }, '4 calls, 1000 tokens in, 9 tokens out'],
])('the report states the share of tokens from a prefix cache: %o', (tokens, text) => {
  expect(describeUsage(usage(tokens))).toBe(text)
})
