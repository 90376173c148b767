import { createHash, hash } from 'node:crypto'
import type { KeyParts } from '../contracts/response-cache.js'
import type { ContentPart, LLMRequest, Message, ServingBase } from '../contracts/serving.js'

/** The key of an answer, and the parts that it is made of. */
export interface Fingerprint {
  /** SHA-256 of everything that affects the answer, in hexadecimal. */
  readonly key: string
  /**
   * The same parts for people to read, with long texts shortened. They are computed on request, because most answers
   * are only looked up.
   */
  readonly parts: KeyParts
}

const shownCharacters = 200

/** The key of a request to a language model: everything that affects the answer. */
export function fingerprintRequest(serving: ServingBase, request: LLMRequest): Fingerprint {
  const { messages, schema, sample = 0, promptVersion, ...sampling } = request
  const identity = identityOf(serving)
  // The order in which a request names its settings does not matter.
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

/** The key of one transcript. */
export function fingerprintAudio(
  serving: ServingBase,
  data: Uint8Array,
  mediaType: string,
  language: string | undefined,
): Fingerprint {
  const audio = sha256(data)
  return fingerprint('transcription', identityOf(serving), [audio, mediaType, language ?? null], () => ({
    audio: `sha256:${audio}`,
    'media type': mediaType,
    ...(language === undefined ? {} : { language }),
  }))
}

/** JSON distinguishes lone surrogates; the UTF-8 bytes of a text do not. */
function fingerprint(kind: string, identity: Identity, asked: readonly unknown[], parts: () => KeyParts): Fingerprint {
  return {
    key: hash('sha256', kind + identity.text + JSON.stringify(asked)),
    get parts() {
      return { kind, ...identity.parts, ...parts() }
    },
  }
}

/** The description of a serving, as JSON and for people. */
interface Identity {
  readonly text: string
  readonly parts: KeyParts
}

const identities = new WeakMap<ServingBase, Identity>()

/** A serving's description of itself, which does not change during its life. */
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

/** A part of a message as it appears in the key; media are represented by the hash of their bytes. */
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
  // The serving plane has read the files by now. Their content is part of the key, because it may change under the same
  // name.
  const data = part.data instanceof Uint8Array ? `sha256:${sha256(part.data)}` : shown(String(part.data))
  return [part.type, part.mediaType, part.name, data].filter((word) => word !== undefined).join(' ')
}

/** Shows short texts in full, and long texts by their beginning, for recognition, and their hash. */
function shown(text: string): string {
  if (text.length <= shownCharacters) return text
  return `${text.slice(0, shownCharacters / 2)}... (${text.length} characters, sha256:${sha256(text)})`
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
