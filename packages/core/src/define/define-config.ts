import type { MaestroConfig } from './maestro-config.js'

/** Types the default export of `maestro.config.ts`. */
export function defineConfig(config: MaestroConfig): MaestroConfig {
  return config
}
