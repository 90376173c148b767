import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of models: `MAESTRO_MODELS`, or a folder in the user's cache folder. */
export function modelFolder(): string {
  const { MAESTRO_MODELS, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (MAESTRO_MODELS !== undefined && MAESTRO_MODELS !== '') return MAESTRO_MODELS
  return join(XDG_CACHE_HOME || LOCALAPPDATA || systemCache(), 'maestro-dataflow', 'models')
}

function systemCache(): string {
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
}
