import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { RunConfig } from '../../contracts/config.js'
import type { MaestroConfig } from '../../define/maestro-config.js'
import type { PluginReference } from '../../contracts/plugin.js'
import type { RunReport, StepCounts } from '../../contracts/report.js'
import { type Maestro, maestro } from '../../maestro.js'
import { type MemorySink, memorySinks } from './memory-sinks.js'

/**
 * Creates a folder for each test, with a project that can write to `memory.sink`. Call it once at the top of a file.
 */
export class RunFolder {
  path = ''
  #sinks = memorySinks()

  constructor() {
    beforeEach(() => {
      this.path = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-run-')))
      this.#sinks = memorySinks()
    })
    afterEach(() => rmSync(this.path, { recursive: true, force: true }))
  }

  project(run: RunConfig = {}, plugins: readonly PluginReference[] = [], more: MaestroConfig = {}): Maestro {
    return maestro({ plugins: [this.#sinks.plugin, ...plugins], directory: this.path, logLevel: 'silent', run, ...more })
  }

  get sinks(): ReadonlyMap<string, MemorySink> {
    return this.#sinks.sinks
  }

  states(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.sinks].map(([name, { state }]) => [name, state]))
  }

  rowsOf(name: string): readonly Readonly<Record<string, unknown>>[] {
    return this.#sinks.rowsOf(name)
  }

  values(name: string, column = 'n'): unknown[] {
    return this.rowsOf(name).map((row) => row[column])
  }

  idsOf(name: string): readonly string[] {
    return this.#sinks.idsOf(name)
  }

  /** The ids of the runs whose folders exist, oldest first. */
  runs(): string[] {
    return readdirSync(join(this.path, '.maestro/runs')).sort()
  }

  /** Reads a file of the newest run. */
  runFile(name: string): string {
    return readFileSync(join(this.path, '.maestro/runs', this.runs().at(-1) ?? '', name), 'utf8')
  }

  runLines(name: string): Record<string, unknown>[] {
    return this.runFile(name)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

export const numbers = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }))

const adds = ({ rowsIn, created, rowsOut, rejected, dropped, merged }: StepCounts) =>
  rowsIn + created === rowsOut + rejected + dropped + merged

/** Checks that the counts of the report and of each of its steps add up. */
export function expectSums(report: RunReport): void {
  expect(adds(report.counts), JSON.stringify(report.counts)).toBe(true)
  for (const { id, counts } of report.steps) expect(adds(counts), `${id} ${JSON.stringify(counts)}`).toBe(true)
}
