import { createHash } from 'node:crypto'
import type { Price } from '@maestro-dataflow/core'
import type { ConnectionOptions } from './connection-options.js'
import { openaiError } from './errors.js'
import { factsOf, type HostFacts, isOpenAI } from './hosts.js'
import { priceOf } from './prices.js'

/** A server with its key: its identity, what is known about it, and how it is addressed. */
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
  /** What every request carries: the key, and the headers of the options. */
  readonly headers: Readonly<Record<string, string>>
  /** @param path What follows the address of the server, or an address of the same server. */
  addressOf(path: string): string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** @throws MAESTRO_OPENAI_KEY_MISSING */
export function connect(options: ConnectionOptions): Connection {
  const { azure, organization, project, headers, query } = options
  const { baseUrl, model, version } = azure === undefined ? plainAddress(options) : azureAddress(options, azure)
  const url = new URL(baseUrl)
  const own = azure === undefined && isOpenAI(url)
  const apiKey = options.apiKey ?? keyOfEnvironment(azure !== undefined, own)
  if (apiKey === undefined && (own || azure !== undefined))
    throw openaiError('MAESTRO_OPENAI_KEY_MISSING', { host: url.host, variable: variableOf(azure !== undefined) })

  const queried = new URLSearchParams({ ...(version === undefined ? {} : { 'api-version': version }), ...query })
  const suffix = queried.size === 0 ? '' : `?${queried}`
  return {
    provider: azure !== undefined ? 'azure' : own ? 'openai' : url.host,
    account: sha256(JSON.stringify([baseUrl, apiKey, organization ?? null, project ?? null])).slice(0, 16),
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
    headers: {
      accept: 'application/json',
      ...(apiKey === undefined
        ? {}
        : azure === undefined
          ? { authorization: `Bearer ${apiKey}` }
          : { 'api-key': apiKey }),
      ...(organization === undefined ? {} : { 'openai-organization': organization }),
      ...(project === undefined ? {} : { 'openai-project': project }),
      ...inLowerCase(headers),
    },
    addressOf: (path) => (path.startsWith('http') ? path : `${baseUrl}/${path}${suffix}`),
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

/** A header of the options takes the place of one that every request has. */
const inLowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
