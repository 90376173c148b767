import type { SinkDefinition, SourceDefinition, StorageDefinition } from '../contracts/storage.js'

/** Defines a storage that pipelines read from and write to by name. */
export function defineStorage<ReadOptions, WriteOptions>(definition: {
  readonly name: string
  readonly description?: string
  readonly source?: SourceDefinition<ReadOptions>
  readonly sink?: SinkDefinition<WriteOptions>
  readonly probe?: StorageDefinition['probe']
}): StorageDefinition {
  return definition as StorageDefinition
}
