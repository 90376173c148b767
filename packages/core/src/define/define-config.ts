import type { MaestroConfig } from '../contracts/config.js'

/** Gives `maestro.config.ts` its types. */
export function defineConfig(config: MaestroConfig): MaestroConfig {
  return config
}
