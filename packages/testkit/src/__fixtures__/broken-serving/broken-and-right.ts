// Run by suite.test.ts in a separate vitest: one suite that must pass, and one that must fail.
import { describeLLMServing } from '../../vitest.js'
import { smallModel } from '../small-model.js'

describeLLMServing(smallModel, { title: 'a right serving', skip: { 'answers fit a JSON schema': 'to see it printed' } })
describeLLMServing(() => ({ ...smallModel(), generate: async () => ({ text: '' }) as never }), {
  title: 'a broken serving',
  patience: 500,
})
