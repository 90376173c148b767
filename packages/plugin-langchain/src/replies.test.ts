import { ChatOpenAI } from '@langchain/openai'
import { describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { fromLangChain } from './chat-serving.js'

const lost = 'ChatOpenAI reads the choices of a reply without looking at anything else'
const skip = {
  'an answer that declines is refused': 'ChatOpenAI drops the refusal',
  ...Object.fromEntries(
    ['an object', 'a text', 'an object of its own', 'details'].map((form) => [
      `a failure under status 200 is told in the server's words: ${form}`,
      lost,
    ]),
  ),
}

describeLLMReplies(
  (url) => fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } })),
  { title: 'replies of OpenAI through LangChain', skip },
)
