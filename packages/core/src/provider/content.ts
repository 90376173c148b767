/** The content of a message, by its kind. */
export interface ProviderContent {
  readonly text: string
  readonly reasoning: string
  /** The text with which the model refuses to answer. */
  readonly refusal: string
}

const thoughtTypes = /think|thought|reason/i

/**
 * Reads the content of an answer's message: a text, or a list of parts in the forms of the providers. The `type` of a
 * part (or `thought: true`) distinguishes reasoning, refusals, and text. Other parts are ignored.
 *
 * @example
 * readContent([{ type: 'thinking', thinking: 'Hm.' }, { type: 'text', text: 'bad' }]).text // 'bad'
 */
export function readContent(content: unknown): ProviderContent {
  if (typeof content === 'string') return { text: content, reasoning: '', refusal: '' }
  const parts = (Array.isArray(content) ? content : [content]).map(readPart)
  const join = (kind: keyof ProviderContent) => parts.map((part) => part[kind] ?? '').join('')
  return { text: join('text'), reasoning: join('reasoning'), refusal: join('refusal') }
}

/** The properties by which a part of a content is known. */
const partNames = ['type', 'text', 'thought', 'thinking', 'reasoning', 'summary', 'content', 'value', 'refusal']

/**
 * Some servers send the data of an answer as its content, instead of a text: they are converted to JSON. Anything else
 * stays as it is.
 *
 * @example
 * readContent(withoutData({ tone: 'bad' })).text // '{"tone":"bad"}'
 */
export function withoutData(content: unknown): unknown {
  if (typeof content === 'number' || typeof content === 'boolean') return String(content)
  const items: readonly unknown[] = Array.isArray(content) ? content : [content]
  return items.length > 0 && items.every(isData) ? JSON.stringify(content) : content
}

const isData = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && !partNames.some((name) => name in item)

function readPart(part: unknown): Partial<ProviderContent> {
  if (typeof part === 'string') return { text: part }
  if (typeof part !== 'object' || part === null) return {}
  const { type = 'text', thought, refusal, ...fields } = part as Readonly<Record<string, unknown>>
  if (typeof refusal === 'string') return { refusal }
  const isThought = thought === true || (typeof type === 'string' && thoughtTypes.test(type))
  const words = isThought
    ? textIn(fields.thinking ?? fields.reasoning ?? fields.text ?? fields.summary ?? fields.content)
    : textIn(fields.text)
  return isThought ? { reasoning: words } : { text: words }
}

/** Texts may be nested in objects and lists. */
function textIn(given: unknown): string {
  if (typeof given === 'string') return given
  if (Array.isArray(given)) return given.map(textIn).join('')
  if (typeof given !== 'object' || given === null) return ''
  const { text, value, content } = given as Readonly<Record<string, unknown>>
  return textIn(text ?? value ?? content)
}
