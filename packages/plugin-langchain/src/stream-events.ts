import { parseReply } from '@maestro-dataflow/core'

interface StreamEvent {
  readonly id: string
  readonly data: string
}

/** Whether these are the data of the event that ends a stream. Some servers quote them. */
export const isEnd = (data: string): boolean => /^\s*"?\[done\]"?\s*$/i.test(data)

/** Whether a text consists of server-sent events, or of lines that are JSON on their own. */
export function isStream(text: string): boolean {
  if (/^\ufeff?\s*(?:data|event|id|retry)?:/.test(text)) return true
  const [first = '', second = ''] = text.trim().split('\n', 2)
  return first.startsWith('{') && second !== '' && isJson(first) && !isJson(text)
}

/** The data of the events of a whole stream, without those that a server or a proxy has sent again. */
export function eventData(text: string): readonly string[] {
  const events: StreamEvent[] = []
  let id = ''
  let lines: string[] = []
  const end = () => {
    events.push(...separate(lines).map((data) => ({ id, data })))
    lines = []
    id = ''
  }
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = /^(data|id)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === 'data') lines.push(value)
    else if (name === 'id') id = value
    else if (line === '') end()
    else if (line.startsWith('{')) lines.push(line)
  }
  end()
  return withoutReplayed(events).map(({ data }) => data)
}

/** Servers that omit the blank line between events merge several into one; each of their lines is JSON on its own. */
function separate(lines: readonly string[]): readonly string[] {
  const whole = lines.join('\n')
  return lines.length > 1 && !isJson(whole)
    ? lines.filter((line) => line.trim() !== '')
    : whole.trim() === ''
      ? []
      : [whole]
}

/** Ids that do not tell events apart, because they are all the same or belong to several data, remove nothing. */
function withoutReplayed(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const dataOf = new Map<string, string>()
  for (const { id, data } of events) {
    if (id === '' || (dataOf.get(id) ?? data) !== data) return events
    dataOf.set(id, data)
  }
  if (dataOf.size < 2) return events
  return [...dataOf].map(([id, data]) => ({ id, data }))
}

function isJson(text: string): boolean {
  try {
    parseReply(text)
    return true
  } catch {
    return false
  }
}
