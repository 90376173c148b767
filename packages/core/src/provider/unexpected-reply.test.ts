import { expect, test } from 'vitest'
import { unexpectedReply, unreadableReply } from './unexpected-reply.js'

test.each([
  ['nothing', '', 'UNEXPECTED_REPLY'],
  ['white space', ' \n', 'UNEXPECTED_REPLY'],
  ['the first half of an object', '\ufeff {"choices": [{"mess', 'BROKEN_REPLY'],
  ['the first half of a list', '[{"choices', 'BROKEN_REPLY'],
  ['a page', '<html><body>Sign in</body></html>', 'UNEXPECTED_REPLY'],
  ['a remark', 'OK', 'UNEXPECTED_REPLY'],
])('%s that is not JSON', (_, text, code) => {
  expect(unreadableReply('m', text, 'text/plain').code).toBe(`MAESTRO_SERVING_${code}`)
})

test('the tokens of a reply without an answer are charged', () => {
  const reply = { choices: [null], usage: { prompt_tokens: 7, completion_tokens: 3 } }
  expect(unexpectedReply('m', 'it contains no message', reply)).toMatchObject({
    retryable: true,
    details: { usage: { inputTokens: 7, outputTokens: 3 } },
  })
  expect(unexpectedReply('m', 'it contains no message', {}).details).not.toHaveProperty('usage')
})
