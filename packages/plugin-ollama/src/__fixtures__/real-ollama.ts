import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    ollama: { readonly url: string; readonly model: string } | undefined
  }
}

/** The server that the tests' set-up has started. Undefined where Ollama is not installed, outside CI. */
export const ollama = inject('ollama')
