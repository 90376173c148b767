import { ChatPrompt, type ChatTurn, type Message, type Prompt, PromptTemplate } from '@maestro-dataflow/core'

/** A message of a prompt, with its variables written as in templates. */
export interface PromptTurn {
  readonly role: Message['role']
  readonly text: string
}

/** The text of a prompt, as far as it is known without a row. */
export function promptText(prompt: Prompt): readonly PromptTurn[] | undefined {
  if (prompt instanceof ChatPrompt)
    return prompt.turns.map(({ role, content }) => ({ role, text: contentText(content) }))
  if (prompt instanceof PromptTemplate) {
    const { system, template } = prompt
    return [
      ...(system === undefined ? [] : [{ role: 'system' as const, text: system }]),
      { role: 'user', text: template },
    ]
  }
  // A class with its own logic may produce text if the names of variables stand in for their values.
  try {
    const names = Object.fromEntries(prompt.variables.map((name) => [name, `{{${name}}}`]))
    return prompt.messages(names).map(({ role, content }) => ({ role, text: contentText(content) }))
  } catch {
    return undefined
  }
}

function contentText(content: ChatTurn['content'] | Message['content']): string {
  if (typeof content === 'string') return content
  return content
    .map((part) => {
      if (part.type === 'text') return part.text
      if ('from' in part) return `[${part.type} ${part.from}]`
      return `[${part.type}${part.data instanceof Uint8Array ? '' : ` ${part.data}`}]`
    })
    .join('\n')
}
