import { wholeJson } from './json-values.js'

/** A model's text, separated into its answer and its reasoning. */
export interface SeparatedText {
  readonly answer: string
  /** Undefined if the text holds no reasoning. */
  readonly reasoning?: string
}

const names =
  '(?:[a-z]+:)?think|longcat_think|thinking|ant_?thinking|thoughts?|reasoning(?:_content)?|scratch_?pad|reflection|thinking_process|thought_process|(?:inner|internal)_(?:thoughts?|monologue)|chain_of_thought|cot'

/** The words within bars: `<|think|>`, `<|begin_of_thought|>`, `<|think_start|>`, `<｜think｜>`. */
const barred = '(?:think(?:ing)?|thought|reasoning)'

/**
 * The tags that models write around their reasoning: XML tags, and those of Magistral, Kimi, Sky-T1, Command A, and
 * Gemma.
 */
const openings = `<(?:${names})(?:\\s[^<>]*)?>|\\[THINK(?:ING)?\\]|◁think▷|<[|｜](?:begin_of_|start_of_|begin|start)?${barred}(?:_start|_begin)?[|｜]>|<\\|START_THINKING\\|>|<\\|channel>thought|<unused94>(?:thought)?`
const closings = `</\\s*(?:${names})\\s*>|\\[/THINK(?:ING)?\\]|◁/think▷|<[|｜](?:/${barred}|end_of_${barred}|end${barred}|${barred}_end)[|｜]>|<\\|END_THINKING\\|>|<channel\\|>|<unused95>`
const anyTag = new RegExp(`${openings}|${closings}`, 'i')
const tagsAndFences = new RegExp(`(?<opening>${openings})|(?<closing>${closings})|\`\`\``, 'gi')

/** An opening tag at the start of an answer, and the next closing tag. */
export const thoughtOpening = new RegExp(`^(?:${openings})`, 'i')
export const thoughtClosing = new RegExp(closings, 'i')

/** Whether an answer begins in a format whose parts can only be told apart when it is complete. */
export function startsWithThoughtTag(text: string): boolean {
  return /^(?:<\|(?:channel|start|message)\|>|analysis[^\s]|<answer>|<final_answer>|<response>|<output>|<\|begin_of_(?:solution|box)\|>|<\|START_RESPONSE\|>|here is my thought process|here are my reasoning steps|thinking\.\.\.\s)/i.test(
    text,
  )
}

/** The words with which such a format may begin. */
export const thoughtWords = [
  'analysis',
  'here is my thought process',
  'here are my reasoning steps',
  'thinking...',
] as const

/** The tags that some of those models put around the answer that follows. */
const answerTags =
  /^(?:<answer>|<final_answer>|<response>|<output>|<\|begin_of_solution\|>|<\|START_RESPONSE\|>|<\|begin_of_box\|>)([\s\S]*?)(?:<\/answer>|<\/final_answer>|<\/response>|<\/output>|<\|end_of_solution\|>|<\|END_RESPONSE\|>|<\|end_of_box\|>)?$/i

/** The models Granite and Apriel separate their reasoning by words, and Solar by the tokens of turns. */
const headings = [
  { opening: /^\s*<\|think\|>/, answer: /<\|end\|>\s*<\|begin\|>assistant\s*<\|content\|>/ },
  { opening: /^\s*here is my thought process:?/i, answer: /\bhere is my response:?/i },
  { opening: /^\s*thinking\.\.\.(?=\s)/i, answer: /\.\.\.done thinking\.?/i },
  { opening: /^\s*here are my reasoning steps:?/i, answer: /\[BEGIN FINAL RESPONSE\]/ },
]
const finalEnd = /\[END FINAL RESPONSE\]\s*(?:<\|end\|>)?\s*$/

/**
 * Separates the reasoning of a model from its answer. The following count as reasoning: the text between a pair of
 * tags, the text after an opening tag at the start of a line, and the text before a lone closing tag. Tags in quotation
 * marks, in code, and in JSON are ordinary text.
 *
 * @example
 * separateThoughts('<think>Is it good?</think>bad') // { answer: 'bad', reasoning: 'Is it good?' }
 */
export function separateThoughts(text: string): SeparatedText {
  const parts = readChannels(text) ?? readHeadings(text)
  if (parts !== undefined) return parts
  // JSON may hold such tags as data.
  if (!anyTag.test(text) || wholeJson(text) !== undefined) return { answer: text }
  const marks = [...text.matchAll(tagsAndFences)].filter((mark) => !isQuoted(text, mark))
  const lastClosing = marks.findLastIndex(({ groups }) => groups?.closing !== undefined)
  const thoughts: string[] = []
  let answer = ''
  let from = 0
  let isThinking = false
  let isInCode = false
  for (const [place, { 0: mark, index, groups = {} }] of marks.entries()) {
    const isFence = groups.opening === undefined && groups.closing === undefined
    // The reasoning may end in the middle of code.
    if (isFence) isInCode = !isThinking && !isInCode
    if (isFence || isInCode) continue
    const piece = text.slice(from, index)
    const end = index + mark.length
    if (groups.opening !== undefined) {
      if (isThinking || (place > lastClosing && !isAtLineStart(text, index))) continue
      answer += piece
      isThinking = true
    } else if (isThinking) {
      thoughts.push(piece)
      isThinking = false
    } else {
      answer += piece
      // After the answer, a surplus closing tag ends nothing.
      if (thoughts.length === 0 || text.slice(end).trim() !== '') {
        thoughts.push(answer)
        answer = ''
      }
    }
    from = end
  }
  const rest = text.slice(from)
  if (isThinking) thoughts.push(rest)
  else answer += rest
  return separated(answer, thoughts)
}

function separated(answer: string, thoughts: readonly string[]): SeparatedText {
  if (thoughts.length === 0) return { answer }
  const trimmed = answer.trim()
  const reasoning = thoughts.map((thought) => thought.trim()).filter((thought) => thought !== '')
  return { answer: answerTags.exec(trimmed)?.[1]?.trim() ?? trimmed, reasoning: reasoning.join('\n\n') }
}

function isQuoted(text: string, { 0: mark, index }: RegExpExecArray): boolean {
  const before = text[index - 1]
  return before !== undefined && mark !== '```' && '`"\''.includes(before) && text[index + mark.length] === before
}

function isAtLineStart(text: string, index: number): boolean {
  let at = index - 1
  while (text[at] === ' ' || text[at] === '\t') at--
  return at < 0 || text[at] === '\n'
}

/** The channels of the harmony format of gpt-oss. Servers that drop its tokens leave the names of the channels. */
function readChannels(text: string): SeparatedText | undefined {
  if (!text.includes('<|channel|>')) {
    const [, thoughts, answer] = /^\s*analysis([\s\S]*?)assistant\s*final([\s\S]*)$/.exec(text) ?? []
    return thoughts === undefined || answer === undefined ? undefined : separated(answer, [thoughts])
  }
  const thoughts: string[] = []
  let answer = ''
  let channel = ''
  const [, ...parts] = text.split(/<\|(channel|constrain|message|start|end|return|call)\|>/)
  for (let at = 0; at < parts.length; at += 2) {
    const content = parts[at + 1] ?? ''
    if (parts[at] === 'channel') channel = content.trim().split(/\s/)[0] ?? ''
    else if (parts[at] === 'message' && channel === 'final') answer += content
    else if (parts[at] === 'message') thoughts.push(content)
  }
  return separated(answer, thoughts)
}

function readHeadings(text: string): SeparatedText | undefined {
  for (const { opening, answer } of headings) {
    const [start] = opening.exec(text) ?? []
    const [end] = start === undefined ? [] : (answer.exec(text) ?? [])
    if (start === undefined || end === undefined) continue
    const at = text.indexOf(end)
    return separated(text.slice(at + end.length).replace(finalEnd, ''), [text.slice(start.length, at)])
  }
  return undefined
}
