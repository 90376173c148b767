import { createHash } from 'node:crypto'
import type { KeyParts } from '../contracts/response-cache.js'
import type { ContentPart, LLMRequest, Message, ServingBase } from '../contracts/serving.js'

/** The key of an answer, and what it is made of. */
export interface Fingerprint {
  /** SHA-256 of the parts, in hexadecimal. */
  readonly key: string
  readonly parts: KeyParts
}

const shownCharacters = 200

/**
 * The key of a request to a language model: everything that changes the answer. Short texts stand in the parts as they
 * are, so that `maestro cache explain` can show them; of long ones and of media, the hash.
 */
export function fingerprintRequest(serving: ServingBase, request: LLMRequest): Fingerprint {
  const { messages, schema, sample, promptVersion, ...sampling } = request
  const parts: Record<string, string> = identityParts(serving, 'llm')
  for (const [index, message] of messages.entries())
    parts[`message ${index + 1} (${message.role})`] = contentOf(message)
  for (const [name, value] of Object.entries(sampling)) if (value !== undefined) parts[name] = JSON.stringify(value)
  if (schema !== undefined) parts.schema = shown(JSON.stringify(schema))
  if (sample !== undefined && sample !== 0) parts.sample = String(sample)
  if (promptVersion !== undefined) parts['prompt version'] = promptVersion
  return keyOf(parts)
}

/** The key of one vector. */
export function fingerprintText(serving: ServingBase, text: string): Fingerprint {
  return keyOf({ ...identityParts(serving, 'embedding'), text: shown(text) })
}

/** The key of one score. */
export function fingerprintPair(serving: ServingBase, query: string, document: string): Fingerprint {
  return keyOf({ ...identityParts(serving, 'rerank'), query: shown(query), document: shown(document) })
}

function keyOf(parts: KeyParts): Fingerprint {
  return { key: sha256(JSON.stringify(parts)), parts }
}

const identities = new WeakMap<ServingBase, KeyParts>()

function identityParts(serving: ServingBase, kind: string): Record<string, string> {
  let known = identities.get(serving)
  if (known === undefined) {
    const { provider = serving.name, model = serving.name, identity = {} } = serving
    const entries = Object.entries(identity).filter(([, value]) => value !== undefined)
    known = {
      kind,
      provider,
      model,
      ...Object.fromEntries(entries.map(([name, value]) => [`serving.${name}`, asText(value)])),
    }
    identities.set(serving, known)
  }
  return { ...known }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function contentOf({ content }: Message): string {
  return typeof content === 'string' ? shown(content) : content.map(partOf).join('\n')
}

function partOf(part: ContentPart): string {
  if (part.type === 'text') return shown(part.text)
  // The plane has read places by now: what they hold counts, for it may change while the name stays.
  const data = part.data instanceof Uint8Array ? `sha256:${sha256(part.data)}` : shown(String(part.data))
  return `${part.type} ${part.mediaType ?? ''} ${data}`
}

function shown(text: string): string {
  return text.length <= shownCharacters ? text : `sha256:${sha256(text)} (${text.length} characters)`
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
