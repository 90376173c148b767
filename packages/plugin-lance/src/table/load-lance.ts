import { createRequire } from 'node:module'

export type Arrow = typeof import('apache-arrow')
export type Lance = typeof import('@lancedb/lancedb')

/** LanceDB and the copy of Arrow that it uses, because it would convert the objects of another copy. */
export async function loadLance(): Promise<{ readonly lance: Lance; readonly arrow: Arrow }> {
  const lance = await import('@lancedb/lancedb')
  return { lance, arrow: createRequire(import.meta.url)('apache-arrow') as Arrow }
}
