// Run by suite.test.ts in a vitest of its own: one suite that has to pass, and one that has to fail.
import { describeLLMServing } from '../../vitest.js'
import { smallModel } from '../small-model.js'

describeLLMServing(smallModel, { title: 'a right serving', skip: { 'answers fit a JSON schema': 'to see it printed' } })
describeLLMServing(() => ({ ...smallModel(), generate: async () => ({ text: '' }) as never }), {
  title: 'a broken serving',
  patience: 500,
})
