import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import aiSdk from '@maestro-dataflow/plugin-ai-sdk'
import { expect, test } from 'vitest'

/** The faults of a plan with a serving whose model nobody has asked yet, one of which is that it writes nowhere. */
async function planned(provider: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const project = maestro({
    plugins: [ai, aiSdk],
    servings: { default: { use: 'ai-sdk.chat', provider, model: 'm', options } },
    logLevel: 'silent',
  })
  const asking = pipeline('asking')
    .from([{ text: 'tea' }])
    .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' })
  try {
    await project.plan(asking)
    return ''
  } catch (error) {
    return (error as Error).message
  } finally {
    await project.dispose()
  }
}

test.each([
  ['@ai-sdk/nobody-has-this-one', 'npm install @ai-sdk/nobody-has-this-one'],
  ['@ai-sdk/antropic', 'Did you mean "@ai-sdk/anthropic"?'],
  ['anthropic', 'npm install @ai-sdk/anthropic'],
  ['openrouter', 'npm install @openrouter/ai-sdk-provider'],
  ['bedrock', 'npm install @ai-sdk/amazon-bedrock'],
  ['a-provider-of-nobody/chat', 'npm install a-provider-of-nobody'],
  ['@ai-sdk/azure', 'npm install @ai-sdk/azure'],
  ['./no-such-provider.js', 'there is no such file'],
])('the plan names the provider package %s that is not there', async (provider, words) => {
  expect(await planned(provider)).toContain(words)
})

test.each([
  '@ai-sdk/anthropic',
  '@ai-sdk/google-vertex/anthropic',
  './packages/plugin-ai-sdk/src/__fixtures__/no-chat.ts',
])('the plan is content with the provider %s, and does not load it', async (provider) => {
  expect(await planned(provider)).not.toContain(provider)
})

test.each([
  ['baseUrl', 'baseURL'],
  ['api_key', 'apiKey'],
  ['apikey', 'apiKey'],
])('the plan refuses the option %s, which the package would ignore', async (option, name) => {
  expect(await planned('@ai-sdk/anthropic', { [option]: 'a' })).toContain(`Its name is "${name}"`)
  expect(await planned('@ai-sdk/anthropic', { [name]: 'a' })).not.toContain('has no option')
})
