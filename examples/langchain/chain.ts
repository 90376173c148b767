// A LangChain chain with a model of the config, whose cache, limits, and budgets apply here too.
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { openProject } from '@maestro-dataflow/core/runtime'
import { toLangChainChatModel } from '@maestro-dataflow/plugin-langchain'

const project = openProject({ cwd: import.meta.dirname })
const model = await toLangChainChatModel(await project.serving('local', 'llm'))
const chain = ChatPromptTemplate.fromTemplate('What is the capital of {country}?')
  .pipe(model)
  .pipe(new StringOutputParser())

const countries = ['France', 'Italy', 'Japan']
const answers = await chain.batch(countries.map((country) => ({ country })))
for (const [index, answer] of answers.entries()) console.log(`${countries[index]}: ${answer}`)
await project.dispose()
