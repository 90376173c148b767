import { ChatOpenAI } from '@langchain/openai'
import { describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { chatServingOf, fromLangChain } from './chat-serving.js'

const forms = [
  'an object',
  'a text',
  'an object of its own',
  'details',
  'a list',
  'a list of errors',
  'a message with a code',
  'names in capitals',
  'an error message',
  'the reply of a server behind the server',
]
/** A model that was created in code has a client of its own. It reads nothing but the choices of a reply. */
const skip = Object.fromEntries(
  [
    'an answer that declines is refused',
    'an answer that a filter has withheld is not asked for again',
    ...forms.map((form) => `a failure under status 200 is told in the server's words: ${form}`),
  ].map((name) => [name, 'ChatOpenAI drops it']),
)

describeLLMReplies(
  (url) =>
    chatServingOf(
      {
        from: '@langchain/openai',
        export: 'ChatOpenAI',
        options: { model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } },
      },
      import.meta.dirname,
    ),
  { title: 'replies of OpenAI through a class of LangChain' },
)

describeLLMReplies(
  (url) => fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } })),
  { title: 'replies of OpenAI through LangChain', skip },
)
