import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError, type VectorRecord } from '@maestro-dataflow/core'
import { onTestFinished } from 'vitest'
import { LanceVectorStore } from '../lance-vector-store.js'
import type { LanceVectorOptions } from '../options.js'

/** A folder for stores, which is removed after the test. */
export class StoreFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'maestro-lance-'))

  constructor() {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
  }

  file(name: string): string {
    return join(this.path, name)
  }

  /** Opens a store that is closed after the test. */
  async open(options: Partial<LanceVectorOptions> = {}): Promise<LanceVectorStore> {
    const store = await LanceVectorStore.open({ path: this.file('kb'), ...options })
    onTestFinished(() => store.dispose())
    return store
  }
}

/** Records with the ids `0`, `1`, ... around a circle. */
export function circle(count: number, from = 0): readonly VectorRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const angle = (2 * Math.PI * (n + from)) / 1000
    return { id: String(n + from), vector: Float32Array.of(Math.cos(angle), Math.sin(angle)), metadata: { even: n % 2 === 0 } }
  })
}

/** The error with which something fails. */
export async function errorOf(work: () => unknown): Promise<MaestroError> {
  try {
    await work()
  } catch (error) {
    if (MaestroError.is(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}
