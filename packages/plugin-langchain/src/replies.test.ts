import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { describeEmbeddingReplies, describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { fromLangChainEmbeddings } from './embedding-serving.js'

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
  { title: 'replies of OpenAI through LangChain' },
)

describeLLMReplies(
  (url) =>
    fromLangChain(new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1`, fetch } })),
  { title: 'replies of OpenAI through LangChain, with a fetch of the user' },
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
  { title: 'replies of a server that only streams through LangChain', dialect: 'openaiStreamOnly' },
)

describeEmbeddingReplies(
  (url) =>
    fromLangChainEmbeddings(
      new OpenAIEmbeddings({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } }),
    ),
  { title: 'replies of OpenAI with vectors through LangChain' },
)
