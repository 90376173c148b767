import { list, meant, type Unknown } from './known-names.js'

/** The errors of storages, vectors, and rows. */
export const storageErrors = {
  MAESTRO_VECTORS_UNKNOWN: {
    message: (d: Unknown & { where: string }) => `${d.where}: no vector store "${d.name}" is configured.`,
    hint: (d: Unknown & { where: string }) =>
      `${meant(d.suggestion)}Known: ${list(d.known)}. Add one to \`vectorStores\`, for example: kb: { use: 'lance.vectors', path: 'data/kb' }, with '@maestro-dataflow/plugin-lance' in \`plugins\``,
  },
  MAESTRO_VECTORS_INVALID: {
    message: (d: { store: string; place: string; reason: string }) => `${d.store}: ${d.place}: ${d.reason}.`,
    hint: () => 'The store accepted nothing from this call. Remove the entry, or correct the step that made it.',
  },
  MAESTRO_VECTORS_DIMENSION: {
    message: (d: { store: string; place: string; expected: number; found: number }) =>
      `${d.store} holds vectors with ${d.expected} dimensions, but the vector of ${d.place} has ${d.found}.`,
    hint: () => 'Use the embedding model that created the vectors of the store, or create another store.',
  },
  MAESTRO_VECTORS_MODEL: {
    message: (d: { store: string; expected: string; found: string }) =>
      `The vectors of ${d.store} come from the embedding model ${d.expected}, but these vectors come from ${d.found}.`,
    hint: () =>
      'Vectors of two models cannot be compared. Use the model that created the vectors of the store, or create another store.',
  },
  MAESTRO_VECTORS_SETTINGS: {
    message: (d: { store: string; setting: string; expected: string; found: string }) =>
      `${d.store} was created with ${d.setting} ${d.found}, but the config says ${d.expected}.`,
    hint: () => 'Use the setting that it was created with, or create another store.',
  },
  MAESTRO_VECTORS_CLOSED: {
    message: (d: { store: string }) => `${d.store} is closed.`,
    hint: () => 'The stores of a config close with the project. Request the store from the project again.',
  },
  MAESTRO_STORAGE_PATH_OUTSIDE: {
    message: (d: { path: string; directory: string }) => `${d.path} is outside the project ${d.directory}.`,
    hint: () => 'Move it inside, or set `allowOutsidePaths: true` in the config.',
  },
  MAESTRO_STORAGE_NOT_FOUND: {
    message: (d: { path: string }) => `${d.path} does not exist.`,
    hint: () => 'Check the path; it is relative to the config file.',
  },
  MAESTRO_STORAGE_READ: {
    message: (d: { location: string; reason: string }) =>
      `${d.location} could not be read: ${d.reason}${/[.!?]$/.test(d.reason) ? '' : '.'}`,
    hint: () => 'Check that it exists, that you may read it, and that its content is complete and in the right format.',
  },
  MAESTRO_STORAGE_ROW_INVALID: {
    message: (d: { location: string; reason: string }) => `${d.location}: ${d.reason}`,
    hint: () => 'Correct the record in the input. The other rows continue.',
  },
  MAESTRO_ROW_SCHEMA: {
    message: (d: { location: string; issues: readonly string[] }) =>
      `${d.location} does not match the schema: ${d.issues.join('; ')}.`,
    hint: () => 'Correct the record or relax the schema. The other rows continue.',
  },
  MAESTRO_ROW_UNENCODABLE: {
    message: (d: { column: string; type: string }) =>
      `Column "${d.column}" holds ${/^[aeiou]/i.test(d.type) ? 'an' : 'a'} ${d.type}, which cannot be written.`,
    hint: (d: { type: string }) =>
      /^(NaN|-?Infinity)$/.test(d.type)
        ? 'JSON has no such number: write null instead, or, into Parquet or Arrow, a column of numbers alone.'
        : 'Rows hold data: texts, numbers, booleans, dates, bytes, vectors, lists, and plain objects.',
  },
} as const
