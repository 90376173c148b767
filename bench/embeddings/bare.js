import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { AutoModel, AutoTokenizer, env, mean_pooling } from '@huggingface/transformers'
import { modelPath } from '@maestro-dataflow/plugin-local/models'
import { fastest, maxTokens, report, texts, threads } from './task.js'

// The library wants two files more than there are.
const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
const model = join(folder, 'minilm')
cpSync(dirname(dirname(await modelPath('all-MiniLM-L6-v2'))), model, { recursive: true })
writeFileSync(join(model, 'config.json'), '{"model_type":"bert"}')
writeFileSync(
  join(model, 'tokenizer_config.json'),
  JSON.stringify({ tokenizer_class: 'BertTokenizer', model_max_length: 512, pad_token: '[PAD]' }),
)
env.allowRemoteModels = false
env.localModelPath = folder
const tokenizer = await AutoTokenizer.from_pretrained('minilm')
const bert = await AutoModel.from_pretrained('minilm', {
  dtype: 'fp32',
  session_options: { intraOpNumThreads: threads },
})
rmSync(folder, { recursive: true })

/** What its pipeline `feature-extraction` does, for a model whose output has another name. @returns tokens read */
async function embed(batch) {
  const inputs = tokenizer(batch, { padding: true, truncation: true, max_length: maxTokens })
  const { output_0 } = await bert(inputs)
  mean_pooling(output_0, inputs.attention_mask).normalize(2, -1)
  return Number(inputs.attention_mask.data.reduce((sum, one) => sum + one, 0n))
}
await embed(texts.slice(0, 8))

// As its users are told to: batches, of texts of one length.
const sorted = [...texts].sort((a, b) => a.length - b.length)
let tokens = 0
const round = (given, size) => async () => {
  tokens = 0
  for (let at = 0; at < given.length; at += size) tokens += await embed(given.slice(at, at + size))
}
// Which size is best differs between machines.
const sample = sorted.filter((_, index) => index % 4 === 0)
const tried = new Map()
for (const size of [4, 8, 16, 32]) tried.set(size, await fastest(round(sample, size), 1))
const [[size]] = [...tried].sort(([, a], [, b]) => a - b)
const seconds = await fastest(round(sorted, size))
report(tokens, seconds)
