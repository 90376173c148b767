import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { maestro } from '@maestro-dataflow/core/runtime'
import aiSdk, { fromAISDK, fromAISDKEmbeddings } from '@maestro-dataflow/plugin-ai-sdk'
import { ChromaVectorStore } from '@maestro-dataflow/plugin-chroma'
import { OllamaChatServing, OllamaEmbeddingServing } from '@maestro-dataflow/plugin-ollama'
import { OpenAIChatServing, OpenAIEmbeddingServing } from '@maestro-dataflow/plugin-openai'
import { replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startProxy } from './start-proxy.js'

const server = await startMisbehavingServer()
const proxy = await startProxy(new URL(server.url))

beforeEach(() => server.always(replies.error(418, 'I am a teapot.')))
afterEach(() => {
  vi.unstubAllEnvs()
  proxy.asked.length = 0
  proxy.users.length = 0
})
afterAll(async () => {
  proxy.close()
  await server.close()
})

/** Sets a variable in both of its spellings. */
function setEnvironment(name: string, value: string): void {
  vi.stubEnv(name, value)
  vi.stubEnv(name.toLowerCase(), value)
}

const messages = [{ role: 'user', content: 'Hello' }] as const
const bounds = { timeout: 60_000 }
const apiKey = 'key'

const provider = (baseURL: string) => createOpenAICompatible({ name: 'compatible', baseURL, apiKey })

/** A package of the AI SDK by its name, as a config has it. */
async function askNamed(use: string, baseURL: string): Promise<void> {
  const options = { baseURL, apiKey }
  const serving = { use: 'ai-sdk.chat', provider: use, model: 'm', options, retries: 0, timeout: 60_000 }
  const project = maestro({ plugins: [aiSdk], servings: { default: serving as never }, logLevel: 'silent' })
  try {
    await (await project.serving('default', 'llm')).generate({ messages })
  } finally {
    await project.dispose()
  }
}

/** Each client, asked for something at an address. */
const clients: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'openai.chat': (baseUrl) => new OpenAIChatServing({ model: 'm', baseUrl, apiKey }).generate({ messages }, bounds),
  'openai.embeddings': (baseUrl) => new OpenAIEmbeddingServing({ model: 'm', baseUrl, apiKey }).embed(['a'], bounds),
  'ai-sdk.chat': (url) => fromAISDK(provider(url).languageModel('m')).generate({ messages }, bounds),
  'ai-sdk.embeddings': (url) => fromAISDKEmbeddings(provider(url).textEmbeddingModel('m')).embed(['a'], bounds),
  'ai-sdk.anthropic': (url) => askNamed('@ai-sdk/anthropic', url),
  'ai-sdk.google': (url) => askNamed('@ai-sdk/google', url),
  'ai-sdk.mistral': (url) => askNamed('@ai-sdk/mistral', url),
  'ollama.chat': (host) => new OllamaChatServing({ model: 'm', host }).generate({ messages }, bounds),
  'ollama.embeddings': (host) => new OllamaEmbeddingServing({ model: 'm', host }).embed(['a'], bounds),
  chroma: (url) => ChromaVectorStore.open({ url, collection: 'handbook', retries: 0 }),
}

describe.each(Object.entries(clients))('%s', (name, ask) => {
  // Each client has a host of its own, since tunnels are kept open and shared.
  const host = `${name.replace('.', '-')}.invalid`

  /** Whether a request to an address comes to the server. */
  const reaches = async (url: string): Promise<boolean> => {
    const before = server.requests.length
    // The server refuses each request: what counts is that it came.
    await expect(ask(url)).rejects.toThrow()
    return server.requests.length > before
  }

  test('reaches through HTTP_PROXY a server that only the proxy can reach', async () => {
    setEnvironment('HTTP_PROXY', proxy.url)
    setEnvironment('NO_PROXY', '')
    expect(await reaches(`http://${host}`)).toBe(true)
    expect(proxy.asked.join()).toContain(host)
  })

  test('gives a proxy the user and the password of its address, and nobody else', async () => {
    const withUser = proxy.url.replace('//', '//me:pass%20word@')
    setEnvironment('HTTP_PROXY', withUser)
    setEnvironment('HTTPS_PROXY', withUser)
    setEnvironment('NO_PROXY', '')
    expect(await reaches(`http://user-${host}`)).toBe(true)
    await reaches(`https://user-${host}`)
    expect(new Set(proxy.users)).toEqual(new Set(['me:pass word']))
    expect(JSON.stringify(server.requests.map(({ headers }) => headers))).not.toContain('Basic')
  })

  test('asks a host that NO_PROXY lists directly', async () => {
    setEnvironment('HTTP_PROXY', proxy.url)
    setEnvironment('NO_PROXY', '.invalid')
    expect(await reaches(`http://${host}`)).toBe(false)
    expect(proxy.asked).toEqual([])
  })

  test('asks this machine directly', async () => {
    setEnvironment('HTTP_PROXY', proxy.url)
    setEnvironment('NO_PROXY', '')
    expect(await reaches(server.url)).toBe(true)
    expect(proxy.asked).toEqual([])
  })

  test('asks an address with TLS through a tunnel of HTTPS_PROXY', async () => {
    setEnvironment('HTTPS_PROXY', proxy.url)
    setEnvironment('NO_PROXY', '')
    // The server behind the proxy speaks no TLS: the tunnel is what counts.
    await reaches(`https://${host}`)
    expect(proxy.asked).toContain(`${host}:443`)
  })
})
