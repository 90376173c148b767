import { defineErrors } from '@maestro-dataflow/core'

/** The errors of vector stores on a Chroma server. */
export const chromaErrors = {
  MAESTRO_CHROMA_ACCESS: {
    message: (d: { url: string; status: number }) => `The Chroma server ${d.url} refuses access (status ${d.status}).`,
    hint: () => "Set its token with `token: env('NAME')`, and check the tenant and the database.",
  },
  MAESTRO_CHROMA_FAILED: {
    message: (d: { url: string; collection: string; work: string; reason: string }) =>
      `Collection "${d.collection}" of the Chroma server ${d.url} could not ${d.work}: ${d.reason}`,
    hint: () => 'Check the log of the server.',
  },
  MAESTRO_CHROMA_GONE: {
    message: (d: { url: string; collection: string }) =>
      `Collection "${d.collection}" of the Chroma server ${d.url} no longer exists.`,
    hint: () => 'It was deleted, or the server does not store data on disk. Fill it again.',
  },
  MAESTRO_CHROMA_OTHER: {
    message: (d: { url: string; reason: string }) => `The server at ${d.url} is not a Chroma server: ${d.reason}`,
    hint: () => 'Check the host and the port. The server must have version 1.0 or newer.',
  },
  MAESTRO_CHROMA_UNREACHABLE: {
    message: (d: { url: string; tries: number; reason: string }) =>
      `The Chroma server ${d.url} does not answer (${d.tries} attempts): ${d.reason}`,
    hint: () => 'Start it with `chroma run --path FOLDER`, or correct `url`.',
    retryable: true,
  },
} as const

export const chromaError = defineErrors(chromaErrors)
