import type { PromptVariables } from '../contracts/prompt.js'
import type { ContentPart, MediaPart, Message } from '../contracts/serving.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'
import {
  parseTemplate,
  renderTemplate,
  type TemplatePiece,
  templateTask,
  templateVariables,
  valueAt,
} from './template.js'

/** Media of a prompt, whose location or bytes are the value of a variable. */
export interface MediaFrom<Template extends string = string> {
  readonly type: MediaPart['type']
  /** One variable, such as `{{photo}}`: the path of a file of the project, an address, or bytes. */
  readonly from: Template
  /** @default detected in the bytes */
  readonly mediaType?: string
  readonly name?: string
}

/** A part of a turn: a template, media from a variable, or constant media. */
export type ChatPart<Template extends string = string> =
  | { readonly type: 'text'; readonly text: Template }
  | MediaFrom<Template>
  | MediaPart

type ParsedPart =
  | { readonly pieces: readonly TemplatePiece[] }
  | { readonly media: MediaFrom; readonly path: readonly string[] }
  | { readonly fixed: MediaPart }

/** The content of a turn: a template, or several parts of text and media. */
export class TurnContent {
  readonly #isText: boolean
  readonly #parts: readonly ParsedPart[]

  /** @throws MAESTRO_PROMPT_TEMPLATE */
  constructor(content: string | readonly ChatPart[]) {
    this.#isText = typeof content === 'string'
    this.#parts = typeof content === 'string' ? [{ pieces: parseTemplate(content) }] : content.map(parsePart)
  }

  /** The distinct names of its variables, in order. */
  get variables(): readonly string[] {
    return templateVariables(
      this.#parts.flatMap((part) => ('pieces' in part ? part.pieces : 'path' in part ? [{ path: part.path }] : [])),
    )
  }

  get mediaTypes(): readonly MediaPart['type'][] {
    return this.#parts.flatMap((part) =>
      'media' in part ? [part.media.type] : 'fixed' in part ? [part.fixed.type] : [],
    )
  }

  /** The parsed templates of its texts. */
  get pieces(): readonly TemplatePiece[] {
    return this.#parts.flatMap((part) => ('pieces' in part ? part.pieces : []))
  }

  /** Its texts with `<name>` in place of each value. */
  get task(): string {
    return this.#parts.map((part) => ('pieces' in part ? templateTask(part.pieces) : '')).join('\n')
  }

  /** @throws MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE, MAESTRO_PROMPT_MEDIA */
  render(variables: PromptVariables): Message['content'] {
    const parts = this.#parts.map((part): ContentPart => {
      if ('pieces' in part) return { type: 'text', text: renderTemplate(part.pieces, variables) }
      return 'fixed' in part ? part.fixed : fillMedia(part.media, part.path, variables)
    })
    const [first] = parts
    return this.#isText && first?.type === 'text' ? first.text : parts
  }
}

function parsePart(part: ChatPart): ParsedPart {
  if (part.type === 'text') return { pieces: parseTemplate(part.text) }
  if (!('from' in part)) return { fixed: part }
  const [piece, ...others] = parseTemplate(part.from)
  if (piece !== undefined && typeof piece !== 'string' && others.length === 0) return { media: part, path: piece.path }
  const reason = `the \`from\` of ${part.type} parts must be exactly one variable`
  throw maestroError('MAESTRO_PROMPT_TEMPLATE', { template: part.from, reason })
}

function fillMedia({ from: _, ...media }: MediaFrom, path: readonly string[], variables: PromptVariables): MediaPart {
  const data = valueAt(variables, path)
  const name = path.join('.')
  if (data === undefined)
    throw maestroError('MAESTRO_PROMPT_VARIABLE_MISSING', { missing: [name], given: Object.keys(variables) })
  if (data instanceof Uint8Array || data instanceof URL || (typeof data === 'string' && data !== ''))
    return { ...media, data }
  throw maestroError('MAESTRO_PROMPT_MEDIA', { name, type: media.type, found: describeValue(data) })
}
