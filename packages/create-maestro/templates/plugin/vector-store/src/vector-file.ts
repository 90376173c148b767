import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { VectorRecord } from '@maestro-dataflow/core'

/** The contents of a store. */
export interface StoredVectors {
  readonly model: string | undefined
  readonly records: ReadonlyMap<string, VectorRecord>
}

/** Reads the file of a store; a missing file is an empty store. */
export async function readVectors(path: string): Promise<StoredVectors> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"records":[]}'
    throw error
  })
  const { model, records } = JSON.parse(text) as { model?: string; records: (VectorRecord & { vector: number[] })[] }
  const entries = records.map((record) => [record.id, { ...record, vector: Float32Array.from(record.vector) }] as const)
  return { model, records: new Map(entries) }
}

/** Replaces the file: a reader sees all of the old contents or all of the new ones. */
export async function writeVectors(path: string, { model, records }: StoredVectors): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const list = Array.from(records.values(), (record) => ({ ...record, vector: Array.from(record.vector) }))
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(temporary, JSON.stringify({ model, records: list }))
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
