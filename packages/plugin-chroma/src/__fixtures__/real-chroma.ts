import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address; undefined where Chroma is not installed, outside CI. */
    chroma: string | undefined
  }
}

/** The address of the server that the tests have started; empty where it is not installed. */
export const chromaUrl: string = inject('chroma') ?? ''
