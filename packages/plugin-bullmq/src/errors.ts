import { defineErrors } from '@maestro-dataflow/core'

/** The errors of workers on a queue. */
export const bullmqErrors = {
  MAESTRO_BULLMQ_BUCKET: {
    message: (d: { bucket: string; reason: string }) =>
      `The shared folder in the bucket ${d.bucket} cannot be used: ${d.reason.replace(/\.$/, '')}.`,
    hint: () =>
      'Check the option `folder`, the option `s3` or the variables AWS_..., and that the key may list, read, write, and remove objects there.',
  },
  MAESTRO_BULLMQ_FOLDER: {
    message: (d: { folder: string; reason: string }) => `The shared folder ${d.folder} cannot be used: ${d.reason}.`,
    hint: () =>
      'No row is at fault. Check that the folder is mounted and has space, and that the run and its workers may write there; then go on with `maestro resume`.',
  },
  MAESTRO_BULLMQ_NO_WORKERS: {
    message: (d: { steps: readonly string[]; seconds: number; tag: string | undefined }) =>
      `No worker${d.tag === undefined ? '' : ` with the tag ${d.tag}`} has come for the steps ${d.steps.join(', ')} within ${d.seconds} s.`,
    hint: (d: { tag: string | undefined }) =>
      `Start workers with \`maestro worker${d.tag === undefined ? '' : ` --tags ${d.tag}`}\`, in the project's folder, with the same \`folder\` and server in the config.`,
  },
  MAESTRO_BULLMQ_REFUSED: {
    message: (d: { reasons: readonly string[] }) => `The workers cannot take part in this run: ${d.reasons.join(' ')}`,
    hint: () => 'Install the same version of the project and its plugins where the workers run, and start them again.',
  },
  MAESTRO_BULLMQ_RETURNED: {
    message: (d: { reason: string }) =>
      `Workers could not read the rows of a partition or write its result: ${d.reason.replace(/\.$/, '')}.`,
    hint: () =>
      'No row is at fault. Check the space in the shared folder, and that the workers may write there; then go on with `maestro resume`.',
  },
  MAESTRO_BULLMQ_TAGS: {
    message: (d: { steps: readonly string[]; tags: readonly string[] }) =>
      `The steps ${d.steps.join(', ')} run together, but ask for workers with different tags: ${d.tags.join(', ')}.`,
    hint: () => 'Give the steps one tag in `executor.tags`, or put a table step between them.',
  },
} as const

export const bullmqError = defineErrors(bullmqErrors)
