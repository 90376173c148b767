import { headingOf } from './markdown-heading.js'

/** A section of a Markdown text under one heading. */
export interface Section {
  readonly start: number
  readonly end: number
  /** The enclosing headings, from the highest level. */
  readonly headings: readonly string[]
}

/** Splits a Markdown text into sections, one for each heading. A heading without text joins the next section. */
export function markdownSections(text: string): readonly Section[] {
  const sections: Section[] = []
  let headings: readonly { level: number; title: string }[] = []
  let start = 0
  let hasBody = false
  let fence: string | undefined
  const close = (end: number) => {
    if (!hasBody) return
    sections.push({ start, end, headings: headings.map(({ title }) => title) })
    start = end
    hasBody = false
  }
  for (const { index, 0: line } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark !== undefined) {
      if (fence === undefined) fence = mark
      else if (mark.startsWith(fence)) fence = undefined
    }
    const heading = fence === undefined ? headingOf(line) : undefined
    if (heading === undefined) {
      hasBody ||= line.trim() !== ''
      continue
    }
    close(index)
    headings = [...headings.filter(({ level }) => level < heading.level), heading]
  }
  hasBody ||= sections.length === 0 || start < text.length
  close(text.length)
  return sections
}
