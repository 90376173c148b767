import { definePlugin } from '@maestro-dataflow/core'
import { chunk } from './documents/chunk.js'
import { classify } from './text/classify.js'
import { classifyPrompt } from './text/classify.prompt.js'
import { extract } from './text/extract.js'
import { extractPrompt } from './text/extract.prompt.js'
import { generate } from './text/generate.js'
import { embed } from './vectors/embed.js'
import { match } from './vectors/match.js'
import { similarity } from './vectors/similarity.js'

const name = '@maestro-dataflow/plugin-ai'

/** AI operators, and the prompts that they ask with. */
export default definePlugin({
  name,
  manifest: new URL('../package.json', import.meta.url),
  apply(hooks) {
    hooks.operators.tap(name, (registry) => {
      registry.add(generate)
      registry.add(extract)
      registry.add(classify)
      registry.add(embed)
      registry.add(similarity)
      registry.add(match)
      registry.add(chunk)
    })
    hooks.prompts.tap(name, (registry) => {
      registry.add(extractPrompt)
      registry.add(classifyPrompt)
    })
  },
})
