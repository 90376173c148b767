import { createHash, hash } from 'node:crypto'
import type { KeyParts } from '../contracts/response-cache.js'
import type { ContentPart, LLMRequest, Message, ServingBase } from '../contracts/serving.js'

/** The key of an answer, and what it is made of. */
export interface Fingerprint {
  /** SHA-256 of all that changes the answer, in hexadecimal. */
  readonly key: string
  /** The same for people, long texts shortened; made when it is asked for, since most answers are only looked up. */
  readonly parts: KeyParts
}

const shownCharacters = 200

/** The key of a request to a language model: everything that changes the answer. */
export function fingerprintRequest(serving: ServingBase, request: LLMRequest): Fingerprint {
  const { messages, schema, sample = 0, promptVersion, ...sampling } = request
  const identity = identityOf(serving)
  // The order in which a request names its settings changes nothing.
  const settings = Object.entries(sampling)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const turns = messages.map(({ role, content }) => [role, typeof content === 'string' ? content : content.map(dataOf)])
  return fingerprint('llm', identity, [turns, settings, schema ?? null, sample, promptVersion ?? null], () => ({
    ...Object.fromEntries(
      messages.map((message, index) => [`message ${index + 1} (${message.role})`, shownOf(message)]),
    ),
    ...Object.fromEntries(settings.map(([name, value]) => [name, shown(JSON.stringify(value))])),
    ...(schema === undefined ? {} : { schema: shown(JSON.stringify(schema)) }),
    ...(sample === 0 ? {} : { sample: String(sample) }),
    ...(promptVersion === undefined ? {} : { 'prompt version': promptVersion }),
  }))
}

/** The key of one vector. */
export function fingerprintText(serving: ServingBase, text: string): Fingerprint {
  return fingerprint('embedding', identityOf(serving), [text], () => ({ text: shown(text) }))
}

/** The key of one score. */
export function fingerprintPair(serving: ServingBase, query: string, document: string): Fingerprint {
  return fingerprint('rerank', identityOf(serving), [query, document], () => ({
    query: shown(query),
    document: shown(document),
  }))
}

/** JSON tells lone surrogates apart, which the bytes of a text do not. */
function fingerprint(kind: string, identity: Identity, asked: readonly unknown[], parts: () => KeyParts): Fingerprint {
  return {
    key: hash('sha256', kind + identity.text + JSON.stringify(asked)),
    get parts() {
      return { kind, ...identity.parts, ...parts() }
    },
  }
}

/** Of a serving: as JSON, and for people. */
interface Identity {
  readonly text: string
  readonly parts: KeyParts
}

const identities = new WeakMap<ServingBase, Identity>()

/** What a serving says of itself; it does not change while it lives. */
function identityOf(serving: ServingBase): Identity {
  const known = identities.get(serving)
  if (known !== undefined) return known
  const { provider = serving.name, model = serving.name, identity = {} } = serving
  const own = Object.entries(identity).filter(([, value]) => value !== undefined)
  const parts = {
    provider,
    model,
    ...Object.fromEntries(own.map(([name, value]) => [`serving.${name}`, shown(asText(value))])),
  }
  const made = { text: JSON.stringify([provider, model, own]), parts }
  identities.set(serving, made)
  return made
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A part of a message as it stands in the key: the bytes of media by their hash. */
function dataOf(part: ContentPart): readonly unknown[] {
  if (part.type === 'text') return ['text', part.text]
  const { type, mediaType, name = null, data } = part
  return [type, mediaType ?? null, name, data instanceof Uint8Array ? ['bytes', sha256(data)] : ['place', String(data)]]
}

function shownOf({ content }: Message): string {
  return typeof content === 'string' ? shown(content) : content.map(shownPart).join('\n')
}

function shownPart(part: ContentPart): string {
  if (part.type === 'text') return shown(part.text)
  // The plane has read places by now: what they hold counts, for it may change while the name stays.
  const data = part.data instanceof Uint8Array ? `sha256:${sha256(part.data)}` : shown(String(part.data))
  return [part.type, part.mediaType, part.name, data].filter((word) => word !== undefined).join(' ')
}

/** Short texts as they are; of long ones the beginning, so that people know them, and the hash. */
function shown(text: string): string {
  if (text.length <= shownCharacters) return text
  return `${text.slice(0, shownCharacters / 2)}... (${text.length} characters, sha256:${sha256(text)})`
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
