// Real passages: the prose of what stands in the Markdown of the installed packages, and in the comments of their types,
// such as the documentation of Node's own modules.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', 'node_modules')
const [shortest, longest, fewestWords] = [180, 900, 6]

/**
 * Passages, and for some of them a question: a sentence of the passage that is taken out of the text that is indexed, so
 * that only its meaning and the words that the rest shares with it lead back (the inverse cloze task of Lee, Chang and
 * Toutanova, 2019).
 *
 * @returns {{ passages: { document: string, text: string }[], questions: { query: string, document: string }[] }}
 */
export function knowledge(count, asked) {
  const passages = []
  const questions = []
  const seen = new Set()
  const files = globSync(['@types/node/**/*.d.ts', '{*,@*/*}/**/*.md'], { cwd: root }).sort()
  for (const file of files) {
    for (const text of paragraphs(proseOf(file, readFileSync(join(root, file), 'utf8')))) {
      if (passages.length === count) break
      const sentences = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)].map(({ segment }) =>
        segment.trim(),
      )
      if (sentences.length < 2 || seen.has(text)) continue
      seen.add(text)
      const document = `${file}:${passages.length}`
      const [query = '', ...rest] = sentences
      // Every passage loses its first sentence: that one was taken must not tell.
      passages.push({ document, text: rest.join(' ') })
      if (query.split(' ').length >= fewestWords) questions.push({ query, document })
    }
  }
  if (passages.length < count) throw new Error(`there are ${passages.length} passages`)
  const step = questions.length / asked
  return { passages, questions: Array.from({ length: asked }, (_, n) => questions[Math.floor(n * step)]) }
}

/** The comments of a module, without their tags; a text as it is. */
function proseOf(file, text) {
  if (!file.endsWith('.ts')) return text
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)]
    .map(([, comment]) => comment.replaceAll(/^\s*\* ?/gm, '').replace(/^@[\s\S]*/m, ''))
    .join('\n\n')
}

/** Prose: neither code, nor lists of links, tables or headings. */
function* paragraphs(markdown) {
  const plain = markdown
    .replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
  for (const block of plain.split(/\n\s*\n/)) {
    const text = block.replaceAll(/\s+/g, ' ').trim()
    if (
      text.length >= shortest &&
      text.length <= longest &&
      /^[A-Z]/.test(text) &&
      !/[|=]{2}|https?:\S+ https?:/.test(text)
    )
      yield text
  }
}
