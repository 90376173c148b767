import { didYouMean } from '@maestro-dataflow/core'

/** What people call providers, and some of their models. */
const otherNames: Readonly<Record<string, string>> = {
  aws: 'amazon-bedrock',
  bedrock: 'amazon-bedrock',
  claude: 'anthropic',
  gemini: 'google',
  gpt: 'openai',
  grok: 'xai',
  hf: 'huggingface',
  'hugging-face': 'huggingface',
  llama: 'llama-cpp',
  together: 'togetherai',
  vertex: 'google-vertex',
  'vertex-ai': 'google-vertex',
}

/** The known provider that an unknown name probably means. */
export function meantProvider(name: string, known: readonly string[]): string | undefined {
  const other = Object.hasOwn(otherNames, name.toLowerCase()) ? otherNames[name.toLowerCase()] : undefined
  return other !== undefined && known.includes(other) ? other : didYouMean(name, known)
}
