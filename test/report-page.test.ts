import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pipeline } from '@maestro-dataflow/core'
import { findRun, maestro, overviewOf } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../packages/cli/dist/report/render-html.js'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const attack = '</script><script>document.title = "owned"</script><img src=x onerror=\'document.title = "owned"\'>'

/** Runs a pipeline and opens the report of the run. What the page must not do is in `faults`. */
async function reportOf(rows: () => Iterable<{ n: number; text: string }>, browser: Browser, width: number) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-report-'))
  const project = maestro({
    plugins: [fs, table],
    directory: folder,
    logLevel: 'silent',
    run: { maxRejects: '100%' },
  })
  await project.run(
    pipeline('报告')
      .from(rows, { columns: { n: 'integer', text: 'string' } })
      .filter((row, { drop }) => row.n % 3 > 0 || drop(`三 ${attack}`), { id: 'third' })
      .map(
        (row) => {
          if (row.n === 5) throw new Error(attack)
          return { ...row, length: row.text.length }
        },
        { id: 'measure' },
      )
      .write('fs.file', { path: 'out.jsonl' }),
  )
  await project.dispose()
  const path = join(folder, 'report.html')
  writeFileSync(path, renderHtml(overviewOf(await findRun(join(folder, '.maestro')))))
  const faults: string[] = []
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: 'dark' })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) faults.push(request.url())
  })
  await page.goto(pathToFileURL(path).href)
  return { page, faults, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function* some(count: number) {
  for (let n = 0; n < count; n++) yield { n, text: n % 2 === 0 ? `很好 ${attack}` : 'good' }
}

async function rowsBehind(page: Page, name: string): Promise<readonly string[]> {
  await page.locator('.tile', { hasText: name }).locator('button.rows').press('Enter')
  const cells = await page.locator('dialog tbody tr').allTextContents()
  await page.keyboard.press('Escape')
  return cells
}

// CI installs Chromium.
if (executablePath !== undefined || process.env.CI === 'true')
  describe('the report in Chromium', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executablePath ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
    })
    afterAll(() => browser?.close())

    test('opens from disk without a network; no value becomes markup; every number leads to rows', async () => {
      const { page, faults, remove } = await reportOf(() => some(10), browser, 390)
      try {
        expect(await page.title()).toBe('报告: done')
        expect(await page.locator('#rate canvas').count()).toBe(1)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
        expect(await rowsBehind(page, 'rows out')).toHaveLength(5)
        expect(await rowsBehind(page, 'dropped')).toEqual([`rows:1third: 三 ${attack}`.slice(0, 300)])
        expect((await rowsBehind(page, 'rejected'))[0]).toContain(attack)
        // The number on an edge, by keyboard.
        await page.locator('svg a').nth(1).focus()
        await page.keyboard.press('Enter')
        expect(await page.locator('dialog h3').textContent()).toBe('Rows into measure')
        expect(await page.locator('dialog tbody tr').count()).toBeGreaterThan(0)
        expect(await page.title()).toBe('报告: done')
        expect(faults).toEqual([])
      } finally {
        remove()
      }
    })

    test('shows a million rows by samples', async () => {
      const { page, faults, remove } = await reportOf(() => some(1_000_000), browser, 1200)
      try {
        expect(await page.locator('.tiles').textContent()).toContain('1,000,000')
        expect(await page.locator('body').textContent()).toMatch(/A sample of \d+ of 666,66\d rows/)
        expect(await rowsBehind(page, 'rows out')).toHaveLength(100)
        expect((await page.content()).length).toBeLessThan(2_000_000)
        expect(faults).toEqual([])
      } finally {
        remove()
      }
    })
  })
else test('Chromium is not installed here; CI has it', () => expect(executablePath).toBeUndefined())
