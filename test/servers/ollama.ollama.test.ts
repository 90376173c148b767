import { expect, inject, test } from 'vitest'

const ollama = inject('ollama')

test.skipIf(ollama === undefined)('the server answers a chat', async () => {
  const { url, model } = ollama as NonNullable<typeof ollama>
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: 'What is the capital of France?' }],
      max_tokens: 30,
      temperature: 0,
    }),
  })
  const answer = (await response.json()) as { choices: readonly { message: { content: string } }[] }
  expect(answer.choices[0]?.message.content).toContain('Paris')
})
