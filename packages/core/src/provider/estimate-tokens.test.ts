import { expect, test } from 'vitest'
import { estimateChatTokens, estimateTokens } from './estimate-tokens.js'

/** Texts with the tokens that the vocabularies o200k_base and cl100k_base make of them. */
const counted: Readonly<Record<string, readonly [text: string, o200k: number, cl100k: number]>> = {
  English: [
    'The quick brown fox jumps over the lazy dog, and then it returns to its den to sleep until the following morning. Customers reported that the delivery arrived two days later than promised.',
    36,
    36,
  ],
  German: [
    'Die Lieferung kam zwei Tage später an als versprochen, und der Kundendienst hat auf unsere Nachfrage nicht geantwortet. Trotzdem sind wir mit der Qualität zufrieden.',
    32,
    43,
  ],
  Chinese: [
    '客户反映货物比承诺的时间晚到了两天，客服也没有回复我们的询问。尽管如此，我们对产品的质量还是比较满意的。人工智能正在改变世界。',
    42,
    67,
  ],
  Japanese: [
    'お客様から、配達が約束より二日遅れたという報告がありました。それでも私たちは製品の品質に満足しています。',
    36,
    50,
  ],
  Korean: ['고객은 배송이 약속보다 이틀 늦게 도착했다고 보고했습니다. 그래도 우리는 제품의 품질에 만족합니다.', 30, 60],
  Russian: [
    'Клиенты сообщили, что доставка прибыла на два дня позже обещанного срока, и служба поддержки не ответила на наш запрос.',
    28,
    50,
  ],
  Greek: ['Οι πελάτες ανέφεραν ότι η παράδοση έφτασε δύο ημέρες αργότερα από ό,τι είχε υποσχεθεί.', 32, 81],
  JSON: [
    '{"id":"a-1729","text":"Late delivery","score":0.7312,"tags":["delivery","support"],"when":"2026-11-29T06:00:00Z"}',
    43,
    42,
  ],
  code: [
    'export function sum(values: readonly number[]): number {\n  return values.reduce((total, value) => total + value, 0)\n}',
    28,
    28,
  ],
  pictographs: ['🎉🚀😀👩‍🔬🔥✨🙏💡', 15, 26],
}

test.each(Object.entries(counted))('%s: within a factor of two of what models count', (_, [text, o200k, cl100k]) => {
  const between = Math.sqrt(o200k * cl100k)
  expect(estimateTokens(text) / between).toBeGreaterThan(0.5)
  expect(estimateTokens(text) / between).toBeLessThan(2)
})

test('the texts of a chat count, whatever else is in it', () => {
  const text = 'How many tokens are these?'
  const image = { type: 'image', data: new Uint8Array(1000) } as const
  expect(estimateTokens('')).toBe(0)
  expect(
    estimateChatTokens([
      { role: 'system', content: text },
      { role: 'user', content: [image, { type: 'text', text }] },
    ]),
  ).toBe(2 * estimateTokens(text))
})
