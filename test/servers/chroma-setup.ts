// Global set-up of the tests that talk to Chroma: one server for all of them.
import type { TestProject } from 'vitest/node'
import { type ChromaServer, startChroma } from './chroma.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address; undefined where Chroma is not installed, outside CI. */
    chroma: string | undefined
  }
}

let server: ChromaServer | undefined

export async function setup(project: TestProject): Promise<void> {
  server = await startChroma()
  if (server === undefined) {
    const message = 'Chroma is not installed: .ci/install-chroma installs it.'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`${message} Its tests are skipped.`)
  }
  project.provide('chroma', server?.url)
}

export async function teardown(): Promise<void> {
  await server?.remove()
}
