import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkTypes } from './check-types.js'
import { createPageFolder, writeSample } from './page-folder.js'
import { readPage } from './read-page.js'
import { occursIn, runSample } from './run-sample.js'

const block = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`

describe('readPage', () => {
  test('says where a block is and what is to be done with it', () => {
    const page = `# Title\n\n${block('ts file=a/b.ts', 'x')}\n${block('sh run fails', 'y')}${block('ts', 'z')}`
    expect(readPage(page)).toMatchObject([
      { line: 3, role: 'file', file: 'a/b.ts', text: 'x\n' },
      { line: 7, role: 'run', fails: true, file: undefined },
      { line: 10, role: 'check', file: 'sample-10.ts' },
    ])
  })

  test('a block that would be skipped in silence is refused', () => {
    expect(() => readPage(block('sh', 'maestro run x'))).toThrow('line 1: say file=, run or fragment')
    expect(() => readPage(block('ts runn', 'x'))).toThrow('"runn" says nothing')
  })

  test('lines of npm install are text; with others beside them they are not', () => {
    expect(readPage(block('sh', 'npm install a \\\n  b'))).toMatchObject([{ role: 'text' }])
    expect(() => readPage(block('sh', 'npm install a\nmaestro run x'))).toThrow('line 1')
  })

  test('a block inside a longer fence is its text', () => {
    expect(readPage(`\`\`\`\`text\n${block('sh', 'inner')}\`\`\`\`\n`)).toMatchObject([{ role: 'text' }])
  })
})

describe('occursIn', () => {
  test.each([
    ['b\nc', 'a\nb\nc\nd'],
    ['done in ... s', 'x: done in 1.5 s\n'.slice(3)],
    ['a\n...\nd', 'a\nb\nc\nd'],
    ['a\n...\nd', 'a\nd'],
    ['  kept', 'x\n  kept  \ny'],
  ])('%j is in %j', (expected, printed) => expect(occursIn(expected, printed)).toBe(true))

  test.each([
    ['b', 'abc'],
    ['a\nc', 'a\nb\nc'],
    ['kept', '  kept'],
    ['a.c', 'abc'],
  ])('%j is not in %j', (expected, printed) => expect(occursIn(expected, printed)).toBe(false))
})

describe('in a page’s folder', () => {
  let folder = ''
  beforeAll(() => {
    folder = createPageFolder()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('TypeScript runs with the packages of this repository', async () => {
    const text = "import { prompt } from '@maestro-dataflow/core'\nconsole.log(prompt('{{a}}').variables)\n"
    const [sample] = readPage(block('ts run', text))
    if (sample?.file === undefined) throw new Error('no sample')
    writeSample(folder, sample.file, sample.text)
    expect(await runSample(sample, folder)).toEqual({ text: "[ 'a' ]\n", code: 0 })
  })

  test('shell lines run with maestro and Node 24; the first that fails ends them', async () => {
    const [sample] = readPage(block('sh run', 'node -p process.versions.node\nmaestro --version\nfalse\necho more'))
    if (sample === undefined) throw new Error('no sample')
    const { text, code } = await runSample(sample, folder)
    expect(text).toMatch(/^24\.\S+\n\d+\.\d+\.\d+\n$/)
    expect(code).toBe(1)
  })

  test('type errors are found, each in its file', () => {
    writeSample(
      folder,
      'wrong.ts',
      "import { pipeline } from '@maestro-dataflow/core'\npipeline('x').step('nope', {})\n",
    )
    writeSample(folder, 'right.ts', 'export const one: number = 1\n')
    const faults = checkTypes(folder)
    expect(faults.get('right.ts')).toEqual([])
    expect(faults.get('wrong.ts')?.[0]).toContain('wrong.ts:2: ')
  })
})
