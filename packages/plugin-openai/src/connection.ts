import { createHash } from 'node:crypto'
import { httpFetch, type Price } from '@maestro-dataflow/core'
import type { OpenAI } from 'openai'
import type { ConnectionOptions } from './connection-options.js'
import { openaiError } from './errors.js'
import { factsOf, type HostFacts, isOpenAI } from './hosts.js'
import { priceOf } from './prices.js'
import { withReadableFailures } from './readable-failures.js'

/** A server with its key: its identity, what is known about it, and a client for it. */
export interface Connection {
  readonly provider: string
  /** A hash of the address and the key. */
  readonly account: string
  readonly model: string
  readonly facts: HostFacts
  /** What affects answers, without secrets. */
  readonly identity: Readonly<Record<string, unknown>>
  readonly apiKey: string | undefined
  readonly baseUrl: string
  readonly isOpenAI: boolean
  /** Where OpenAI's prices apply: regions have different ones. */
  readonly price: Price | undefined
  /** Created when it is first needed, because the library is loaded then. */
  client(): Promise<OpenAI>
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Longer than any time-out of ours, because the serving plane limits calls. */
const never = 2_147_483_647

/** @throws MAESTRO_OPENAI_KEY_MISSING */
export function connect(options: ConnectionOptions): Connection {
  const { azure, organization = null, project = null, headers, query } = options
  const { baseUrl, model, version } = azure === undefined ? plainAddress(options) : azureAddress(options, azure)
  const url = new URL(baseUrl)
  const own = azure === undefined && isOpenAI(url)
  const apiKey = options.apiKey ?? keyOfEnvironment(azure !== undefined, own)
  if (apiKey === undefined && (own || azure !== undefined))
    throw openaiError('MAESTRO_OPENAI_KEY_MISSING', { host: url.host, variable: variableOf(azure !== undefined) })

  let client: Promise<OpenAI> | undefined
  const makeClient = async () => {
    const { OpenAI } = await import('openai')
    return new OpenAI({
      baseURL: baseUrl,
      // The library requires a key. If there is none, the header is removed again.
      apiKey: apiKey ?? 'none',
      adminAPIKey: null,
      webhookSecret: null,
      organization,
      project,
      maxRetries: 0,
      timeout: never,
      logLevel: 'off',
      fetch: withReadableFailures(httpFetch),
      defaultQuery: { ...(version === undefined ? {} : { 'api-version': version }), ...query },
      defaultHeaders: {
        ...(apiKey === undefined || azure !== undefined ? { Authorization: null } : {}),
        ...(azure === undefined ? {} : { 'api-key': apiKey }),
        ...headers,
      },
    })
  }

  return {
    provider: azure !== undefined ? 'azure' : own ? 'openai' : url.host,
    account: sha256(JSON.stringify([baseUrl, apiKey, organization, project])).slice(0, 16),
    model,
    facts: factsOf(url),
    identity: {
      baseUrl,
      ...(version === undefined ? {} : { apiVersion: version }),
      // Headers and the query may contain secrets.
      ...(headers === undefined && query === undefined ? {} : { extras: sha256(JSON.stringify([headers, query])) }),
    },
    apiKey,
    baseUrl,
    isOpenAI: own,
    price: own && url.hostname === 'api.openai.com' ? priceOf(model) : undefined,
    client() {
      client ??= makeClient()
      return client
    },
  }
}

interface Address {
  readonly baseUrl: string
  readonly model: string
  readonly version?: string | undefined
}

function plainAddress({ baseUrl = 'https://api.openai.com/v1', model }: ConnectionOptions): Address {
  return { baseUrl: baseUrl.replace(/\/+$/, ''), model }
}

function azureAddress(
  { model }: ConnectionOptions,
  { endpoint, deployment = model, apiVersion }: NonNullable<ConnectionOptions['azure']>,
): Address {
  const place = `${endpoint.replace(/\/+$/, '')}/openai`
  if (apiVersion === undefined) return { baseUrl: `${place}/v1`, model: deployment }
  const baseUrl = `${place}/deployments/${encodeURIComponent(deployment)}`
  return { baseUrl, model: deployment, version: apiVersion }
}

const variableOf = (azure: boolean): string => (azure ? 'AZURE_OPENAI_API_KEY' : 'OPENAI_API_KEY')

function keyOfEnvironment(azure: boolean, own: boolean): string | undefined {
  return azure || own ? process.env[variableOf(azure)]?.trim() || undefined : undefined
}
