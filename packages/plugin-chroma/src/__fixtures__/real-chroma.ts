import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the server; undefined outside CI if Chroma is not installed. */
    chroma: string | undefined
  }
}

/** The address of the server that the tests have started; empty if it is not installed. */
export const chromaUrl: string = inject('chroma') ?? ''
