/** A call of a tool in a reply. */
export interface CalledTool {
  readonly name: string
  /** JSON. */
  readonly arguments: string
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The calls of tools in a message, in the form of OpenAI, or in those of other providers that a gateway passes on:
 * without an object around them, with `args` or `input`, or as parts of the content. One without arguments is left out.
 *
 * @example
 * toolCallsIn({ tool_calls: [{ name: 'answer', args: { tone: 'bad' } }] })
 */
export function toolCallsIn({ tool_calls, function_call, content }: Fields): readonly CalledTool[] {
  const calls = [...listOf(tool_calls), { function: function_call }, ...listOf(content).filter(isCall)]
  return calls.map(calledTool).filter((call) => call.arguments !== '')
}

/** Whether a part of a content is a call of a tool. */
export const isCall = (part: unknown): boolean => /^(?:tool|function)_(?:use|call)$/.test(String(fieldsOf(part).type))

/** A call of a tool, or a piece of one, in any of these forms. */
export function calledTool(call: unknown): CalledTool {
  const { function: called, ...own } = fieldsOf(call)
  const { name = own.name, arguments: given = own.arguments ?? own.args ?? own.input ?? own.parameters } =
    fieldsOf(called)
  const written = typeof given === 'string' ? given : given == null ? '' : JSON.stringify(given)
  return { name: typeof name === 'string' ? name : '', arguments: written }
}

const listOf = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : [])

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {})
