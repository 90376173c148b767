import { splitText } from '@maestro-dataflow/plugin-ai'
import { overlap, report, size } from './task.js'

await report((text) =>
  splitText(text, { method: 'recursive', size, overlap, unit: 'characters' }).map(({ start, end }) =>
    text.slice(start, end),
  ),
)
