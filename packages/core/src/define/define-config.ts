import type { MaestroConfig } from './maestro-config.js'

/** Gives `maestro.config.ts` its types. */
export function defineConfig(config: MaestroConfig): MaestroConfig {
  return config
}
