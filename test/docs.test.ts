import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkTypes } from './docs/check-types.js'
import { createPageFolder, writeSample } from './docs/page-folder.js'
import { readPage, type Sample } from './docs/read-page.js'
import { occursIn, runSample } from './docs/run-sample.js'

const root = join(import.meta.dirname, '..')
// The tutorial installs packages, so first-plugin.test.ts follows it outside of the repository.
const files = globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root })
  .filter((page) => page !== 'docs/plugins/first-plugin.md')
  .sort()
const pages = files.map((page) => ({ page, ...tryPage(page) }))

/** A page that cannot be read must not hide the others. */
function tryPage(page: string): { readonly samples: readonly Sample[]; readonly fault?: string } {
  try {
    return { samples: readPage(readFileSync(join(root, page), 'utf8')) }
  } catch (error) {
    return { samples: [], fault: (error as Error).message }
  }
}

test.each(pages)('each block of $page says what to do with it', ({ fault }) => expect(fault).toBeUndefined())

test('there are pages with samples', () => {
  expect(pages.length).toBeGreaterThan(10)
  expect(pages.flatMap(({ samples }) => samples).length).toBeGreaterThan(30)
})

test('most samples of a page are tried, fragments are few', () => {
  for (const { page, samples } of pages) {
    const fragments = samples.filter(({ role }) => role === 'fragment')
    for (const { line } of fragments) console.info(`not run: ${page}:${line}`)
    const tried = samples.filter(({ role }) => role === 'run' || role === 'check' || role === 'type-error')
    expect(fragments.length, `fragments of ${page}`).toBeLessThanOrEqual(tried.length)
  }
})

// A page is one project: its samples are written and run from top to bottom, as a reader would.
describe.each(pages.filter(({ samples }) => samples.some(({ file, role }) => file !== undefined || role === 'run')))(
  '$page',
  ({ samples }) => {
    let folder = ''
    let faults: ReadonlyMap<string, readonly string[]> = new Map()
    const printed = new Map<number, string>()

    beforeAll(() => {
      folder = createPageFolder()
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    for (const sample of samples.filter(({ role }) => role === 'file' || role === 'run')) {
      test(`line ${sample.line}: ${sample.role} ${sample.file ?? sample.language}`, async () => {
        if (sample.file !== undefined) writeSample(folder, sample.file, sample.text)
        if (sample.role !== 'run') return
        const { text, code } = await runSample(sample, folder)
        printed.set(sample.line, text)
        expect(code === 0, `exit code ${code}\n${text}`).toBe(!sample.fails)
      })
    }

    test('files are written once', () => {
      const files = samples.flatMap(({ role, file }) => (role === 'fragment' || file === undefined ? [] : [file]))
      expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([])
    })

    test('TypeScript is free of errors, but for those that are shown', () => {
      for (const { role, file, text } of samples)
        if (file !== undefined && (role === 'check' || role === 'type-error')) writeSample(folder, file, text)
      faults = checkTypes(folder)
      const wrong = new Set(samples.flatMap(({ role, file }) => (role === 'type-error' ? [file] : [])))
      for (const [file, said] of faults) {
        if (wrong.has(file)) expect(said, `${file} has no error`).not.toEqual([])
        else expect(said, file).toEqual([])
      }
    })

    for (const [index, sample] of samples.entries()) {
      if (sample.role !== 'output') continue
      test(`line ${sample.line}: output`, () => {
        const before = samples.slice(0, index).findLast(({ role }) => role === 'run' || role === 'type-error')
        expect(before, 'nothing before it runs').toBeDefined()
        const text =
          before?.role === 'type-error'
            ? (faults.get(before.file ?? '') ?? []).join('\n')
            : (printed.get(before?.line ?? 0) ?? '')
        expect(occursIn(sample.text, text), `${sample.text}\nis not in\n${text}`).toBe(true)
      })
    }
  },
)
