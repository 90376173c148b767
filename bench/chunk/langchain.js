import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import { overlap, report, size } from './task.js'

const splitter = new RecursiveCharacterTextSplitter({ chunkSize: size, chunkOverlap: overlap })
await report((text) => splitter.splitText(text))
