import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { describeEmbeddingReplies, describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { fromLangChainEmbeddings } from './embedding-serving.js'

const skip = {
  'data behind which the model wrote blanks up to its limit are whole':
    'the client throws instead of passing on an answer to a schema that reached its limit',
}

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
  { title: 'replies of OpenAI through a class of LangChain', skip },
)

describeLLMReplies(
  (url) => fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } })),
  { title: 'replies of OpenAI through LangChain', skip },
)

describeLLMReplies(
  (url) =>
    fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1`, fetch } })),
  { title: 'replies of OpenAI through LangChain, with a fetch of the user', skip },
)

describeLLMReplies(
  (url) =>
    fromLangChain(
      new ChatOpenAI({
        model: 'tiny',
        apiKey: 'test',
        useResponsesApi: true,
        configuration: { baseURL: `${url}/v1` },
      }),
    ),
  { title: 'replies of the Responses API through LangChain', dialect: 'openaiResponses' },
)

describeLLMReplies(
  (url) => fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } })),
  { title: 'replies of a server that only streams through LangChain', dialect: 'openaiStreamOnly', skip },
)

describeEmbeddingReplies(
  (url) =>
    fromLangChainEmbeddings(
      new OpenAIEmbeddings({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } }),
    ),
  { title: 'replies of OpenAI with vectors through LangChain' },
)
