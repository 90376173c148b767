// Global set-up of the tests that talk to an S3 server: one for all of them.
import type { TestProject } from 'vitest/node'
import { startS3 } from './s3.ts'
import type { RunningServer } from './server-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address; undefined where the server is not installed, outside CI. */
    s3: string | undefined
  }
}

let server: RunningServer | undefined

export async function setup(project: TestProject): Promise<void> {
  const started = await startS3()
  server = started
  if (started === undefined) {
    const message = 'The S3 server is not installed: .ci/install-s3 installs it.'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`${message} Its tests are skipped.`)
  }
  project.provide('s3', started?.url)
}

export async function teardown(): Promise<void> {
  await server?.stop()
}
