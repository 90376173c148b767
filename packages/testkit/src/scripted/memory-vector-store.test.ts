import { describeVectorStore } from '../vitest.js'
import { memoryVectorStore } from './memory-vector-store.js'

describeVectorStore(({ metric }) => ({ store: memoryVectorStore({ metric }) }), { title: 'a vector store in memory' })
