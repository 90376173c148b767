import { defineErrors } from '@maestro-dataflow/core'

/** The errors of vector stores in a folder. */
export const lanceErrors = {
  MAESTRO_LANCE_OPEN: {
    message: (d: { path: string; reason: string }) => `The vector store ${d.path} could not be opened: ${d.reason}`,
    hint: () =>
      'Check that it is the folder of a vector store, that it is complete, and that its permissions are right. Nothing in it was changed.',
  },
  MAESTRO_LANCE_FAILED: {
    message: (d: { path: string; work: string; reason: string }) =>
      `The vector store ${d.path} could not ${d.work}: ${d.reason}`,
    hint: () => 'Check the free space and the permissions of its folder. Its previous contents are unchanged.',
  },
  MAESTRO_LANCE_BUSY: {
    message: (d: { path: string; seconds: number }) =>
      `Another process has been writing to the vector store ${d.path} for more than ${d.seconds} seconds.`,
    hint: () => 'Wait for it to end, or stop it. Then try again.',
    retryable: true,
  },
} as const

export const lanceError = defineErrors(lanceErrors)
