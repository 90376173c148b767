import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    ollama: { readonly url: string; readonly model: string } | undefined
  }
}

/** The server that the tests' set-up has started; undefined outside CI if Ollama is not installed. */
export const ollama = inject('ollama')
