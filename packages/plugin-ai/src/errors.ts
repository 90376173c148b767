import { defineErrors } from '@maestro-dataflow/core'

/** The errors of AI operators. */
export const aiErrors = {
  MAESTRO_AI_CLEANING_PLAN: {
    message: (d: { path: string; reason: string }) => `${d.path} is not a cleaning plan for this table: ${d.reason}.`,
    hint: () => 'Correct it, or delete it: the next run writes a new one.',
  },
  MAESTRO_AI_CONTEXT_SMALL: {
    message: (d: { passage: string; tokens: number; limit: number }) =>
      `Passage "${d.passage}" has about ${d.tokens} tokens, and the context holds ${d.limit}.`,
    hint: () => 'Cut documents into smaller chunks, allow more with `passageTokens`, or use a model that reads more.',
  },
  MAESTRO_AI_DIMENSIONS: {
    message: (d: { one: number; other: number }) =>
      `Vectors of ${d.one} and of ${d.other} dimensions cannot be compared.`,
    hint: () => 'Embed both with the same model.',
  },
  MAESTRO_AI_DOCUMENT_DAMAGED: {
    message: (d: { document: string; format: string; reason: string }) =>
      `${d.document} cannot be read as ${d.format}: ${d.reason}`,
    hint: () => 'Open it with another program: if that fails too, the file is damaged. Nothing else is lost.',
  },
  MAESTRO_AI_DOCUMENT_ENCODING: {
    message: (d: { document: string; encoding: string | undefined }) =>
      d.encoding === undefined
        ? `The encoding of ${d.document} is not known.`
        : `${d.document} holds bytes that are wrong in ${d.encoding}.`,
    hint: () => "Name the encoding that it was written in, such as encoding: 'gb18030'.",
  },
  MAESTRO_AI_DOCUMENT_ENCRYPTED: {
    message: (d: { document: string }) => `${d.document} is protected by a password, or of a format before 2007.`,
    hint: () => 'Save it as PDF or DOCX without a password.',
  },
  MAESTRO_AI_DOCUMENT_FORMAT: {
    message: (d: { document: string }) => `${d.document} is not in a supported document format.`,
    hint: () =>
      'The supported formats are text, Markdown, HTML, PDF, and DOCX. Exclude other files from the path, or convert them.',
  },
  MAESTRO_AI_DOCUMENT_INFLATES: {
    message: (d: { document: string; limit: number }) =>
      `${d.document} grows beyond ${d.limit} bytes when it is unpacked.`,
    hint: () => 'If you trust it, allow more with `maxInflatedSize`.',
  },
  MAESTRO_AI_DOCUMENT_LIMIT: {
    message: (d: { document: string; exceeded: 'time' | 'memory'; timeout: number; maxMemory: number }) =>
      `Parsing ${d.document} exceeded the limit of ${d.exceeded} (${d.timeout} ms and ${d.maxMemory} bytes are allowed).`,
    hint: () =>
      'The other documents are not affected. If you trust this one, allow more with `timeout` or `maxMemory`.',
  },
  MAESTRO_AI_DOCUMENT_NO_TEXT: {
    message: (d: { document: string }) => `${d.document} holds no text.`,
    hint: () =>
      "If its pages are pictures, make images of them and read those with 'ai.multimodal', task 'ocr'. Of a PDF in Chinese, Japanese or Korean the fonts may be missing: npm install pdfjs-dist",
  },
  MAESTRO_AI_DOCUMENT_REFERENCE: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, and not a path, an address or bytes.`,
    hint: () => 'Give the column that names the documents, or that holds their bytes.',
  },
  MAESTRO_AI_EMPTY_ANSWER: {
    message: (d: { serving: string }) => `${d.serving} returned an empty answer.`,
    hint: () => 'Look at the prompt of this row, or use a larger model.',
  },
  MAESTRO_AI_EMPTY_INPUT: {
    message: (d: { column: string }) => `Column "${d.column}" is empty, so there is nothing to send to the model.`,
    hint: () => 'Filter such rows out before this step, or fill the column.',
  },
  MAESTRO_AI_EVIDENCE: {
    message: (d: { serving: string; pairs: number }) =>
      `None of the ${d.pairs} question-answer pairs of ${d.serving} has evidence that stands in the text.`,
    hint: () => 'Use a larger model, or cut the text into smaller chunks first.',
  },
  MAESTRO_AI_IMAGE: {
    message: (d: { source: string; reason: string }) => `The image ${d.source} cannot be read: ${d.reason}`,
    hint: () => 'Open it with another program: if that fails too, the file is damaged. Make huge images smaller.',
  },
  MAESTRO_AI_LIBRARY: {
    message: (d: { library: string; work: string }) =>
      `The package ${d.library} is needed to ${d.work}, and is not installed.`,
    hint: (d: { library: string; work: string }) => `npm install ${d.library}`,
  },
  MAESTRO_AI_MEDIA: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, and neither a path, an address nor bytes.`,
    hint: () => 'Give the column that holds images or recordings; a cell may hold a list of them.',
  },
  MAESTRO_AI_METADATA: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, which cannot be kept beside a vector.`,
    hint: () => 'Texts, numbers, true, false, dates and nothing can. Make one of those of it in a step before.',
  },
  MAESTRO_AI_OPTIONS: {
    message: (d: { operator: string; reason: string }) => `${d.operator}: ${d.reason}.`,
    hint: () => 'Correct the option that the message names; docs/ai-operators.md lists them all.',
  },
  MAESTRO_AI_PAGES: {
    message: (d: { column: string }) => `Column "${d.column}" does not say where pages begin.`,
    hint: () => "Give the column `page_starts`, which 'ai.load-documents' adds.",
  },
  MAESTRO_AI_PASSAGES: {
    message: (d: { column: string }) => `Column "${d.column}" holds no passages.`,
    hint: () => "Give the column that 'ai.retrieve' adds: a list of passages with an id and a text each.",
  },
  MAESTRO_AI_QUERY_LONG: {
    message: (d: { column: string; length: number; limit: number }) =>
      `The query in column "${d.column}" has ${d.length} characters, more than ${d.limit}.`,
    hint: () => 'A query is a question, not a document. If you mean it, allow more with `maxQueryLength`.',
  },
  MAESTRO_AI_REVIEW: {
    message: (d: { path: string; line: number; reason: string }) =>
      `Line ${d.line} of ${d.path} is no decision: ${d.reason}.`,
    hint: () => 'A decision is one of the labels, a list of them with `multi`, or null where it is still to be made.',
  },
  MAESTRO_AI_SCHEMA_COLUMNS: {
    message: (_: Readonly<Record<string, never>>) =>
      'The schema describes no object with properties to make columns of.',
    hint: () => 'Name one column for the whole answer with `output`, or describe an object with properties.',
  },
  MAESTRO_AI_SCORE: {
    message: (d: { column: string; found: string }) => `Column "${d.column}" holds no score: ${d.found}.`,
    hint: () => "Score all rows first, with a step 'ai.score', and give the column that it adds.",
  },
  MAESTRO_AI_STORE_EMPTY: {
    message: (d: { store: string }) => `The vector store ${d.store} is empty, so nothing can be found in it.`,
    hint: () => "Fill it first, with a step 'ai.index', and look whether the config names the store that you filled.",
  },
  MAESTRO_AI_STORE_LIST: {
    message: (d: { store: string }) => `The vector store ${d.store} cannot say what is in it.`,
    hint: () => 'Use a store that can list its entries, such as lance.vectors or chroma.vectors.',
  },
  MAESTRO_AI_SUMMARY_GREW: {
    message: (d: { serving: string; parts: number }) =>
      `${d.serving} summed up ${d.parts} parts of a text, and that is no shorter than the text.`,
    hint: () =>
      'Ask for fewer words with `maxWords`, give the parts more room with `chunkTokens`, or use a larger model.',
  },
  MAESTRO_AI_VECTOR: {
    message: (d: { column: string; reason: string }) => `Column "${d.column}" is no vector: ${d.reason}.`,
    hint: () => "Make vectors of texts first, with a step 'ai.embed', and give the column that it adds.",
  },
} as const

export const aiError = defineErrors(aiErrors)
