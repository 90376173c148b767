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

// The client of OpenAI does not pass on the ids of events.
const replayed = {
  'pieces that are sent twice with the same ids are not doubled': 'LangChain does not know the ids',
  'the data of an answer whose pieces are sent twice with the same ids are read without a second request':
    'LangChain does not know the ids',
}

describeLLMReplies(
  (url) =>
    fromLangChain(
      new ChatOpenAI({ model: 'tiny', apiKey: 'test', streaming: true, configuration: { baseURL: `${url}/v1` } }),
    ),
  { title: 'replies of OpenAI in pieces through LangChain', dialect: 'openaiStream', skip: replayed },
)

describeEmbeddingReplies(
  (url) =>
    fromLangChainEmbeddings(
      new OpenAIEmbeddings({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` } }),
    ),
  { title: 'replies of OpenAI with vectors through LangChain' },
)
