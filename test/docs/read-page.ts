/** What the test does with a fenced code block; said by the words after its language. */
export type Role =
  /** `file=path`: written into the page's folder. */
  | 'file'
  /** `run`: written if it is TypeScript, and run. */
  | 'run'
  /** `type-error`: must not type-check. */
  | 'type-error'
  /** `output` on a `text` block: must occur in what the block before it printed, or the compiler said. */
  | 'output'
  /** `fragment`: a piece that cannot stand alone; excused from everything. */
  | 'fragment'
  /** TypeScript without a word: type-checked. */
  | 'check'
  /** Text to look at, such as a tree of folders, and lines of `npm install`: here the packages are installed already. */
  | 'text'

/** One fenced code block of a page. */
export interface Sample {
  /** The line of its fence, from 1. */
  readonly line: number
  readonly language: string
  readonly role: Role
  /** Where it is written, relative to the page's folder. */
  readonly file: string | undefined
  /** `fails`: what runs must end with another code than 0. */
  readonly fails: boolean
  /** `model`: asks the embedded model, which the first run has to fetch. */
  readonly model: boolean
  readonly text: string
}

const fence = /^(`{3,})([\w-]*)[ ]*(.*)\n([\s\S]*?)^\1[ ]*$/gm
const words = ['run', 'type-error', 'output', 'fragment', 'fails', 'model']

/** The code blocks of a Markdown page, in order. @throws for a block that does not say what to do with it */
export function readPage(markdown: string): readonly Sample[] {
  return Array.from(markdown.matchAll(fence), ({ index, 2: language = '', 3: info = '', 4: text = '' }) =>
    readSample(markdown.slice(0, index).split('\n').length, language, info.split(/\s+/).filter(Boolean), text),
  )
}

function readSample(line: number, language: string, info: readonly string[], text: string): Sample {
  const path = info.find((word) => word.startsWith('file='))?.slice('file='.length)
  const unknown = info.find((word) => !word.startsWith('file=') && !words.includes(word))
  if (unknown !== undefined)
    throw new Error(`line ${line}: "${unknown}" says nothing; known: file=, ${words.join(', ')}`)
  const installs = language === 'sh' && /^\s*npm install\b(?:[^\n]|\\\n)*\s*$/.test(text)
  const role = installs && info.length === 0 ? 'text' : roleOf(language, info, path)
  if (role === undefined) throw new Error(`line ${line}: say file=, run or fragment for a block of ${language}`)
  const written = role === 'run' || role === 'check' || role === 'type-error'
  const file = path ?? (language === 'ts' && written ? `sample-${line}.ts` : undefined)
  return { line, language, role, file, fails: info.includes('fails'), model: info.includes('model'), text }
}

function roleOf(language: string, info: readonly string[], path: string | undefined): Role | undefined {
  for (const role of ['fragment', 'run', 'type-error', 'output'] as const) if (info.includes(role)) return role
  if (path !== undefined) return 'file'
  if (language === 'ts') return 'check'
  return language === '' || language === 'text' ? 'text' : undefined
}
