import { defineErrors } from '@maestro-dataflow/core'

/** The errors of AI operators. */
export const aiErrors = {
  MAESTRO_AI_CLEANING_PLAN: {
    message: (d: { path: string; reason: string }) => `${d.path} is not a cleaning plan for this table: ${d.reason}.`,
    hint: () => 'Correct the plan, or delete it so that the next run writes a new one.',
  },
  MAESTRO_AI_CONTEXT_SMALL: {
    message: (d: { passage: string; tokens: number; limit: number }) =>
      `Passage "${d.passage}" has about ${d.tokens} tokens, but the context holds ${d.limit}.`,
    hint: () => 'Split the documents into smaller chunks, raise `passageTokens`, or use a model with a larger context.',
  },
  MAESTRO_AI_DIMENSIONS: {
    message: (d: { one: number; other: number }) => `Vectors of ${d.one} and ${d.other} dimensions cannot be compared.`,
    hint: () => 'Embed both with the same model.',
  },
  MAESTRO_AI_DOCUMENT_DAMAGED: {
    message: (d: { document: string; format: string; reason: string }) =>
      `${d.document} cannot be read as ${d.format}: ${d.reason}`,
    hint: () =>
      'Open the document in another program. If that fails too, the file is damaged. The other documents are not affected.',
  },
  MAESTRO_AI_DOCUMENT_ENCODING: {
    message: (d: { document: string; encoding: string | undefined }) =>
      d.encoding === undefined
        ? `The encoding of ${d.document} is unknown.`
        : `${d.document} contains bytes that are invalid in ${d.encoding}.`,
    hint: () => "Set the encoding in which the document was written, such as encoding: 'gb18030'.",
  },
  MAESTRO_AI_DOCUMENT_ENCRYPTED: {
    message: (d: { document: string }) => `${d.document} is protected by a password or has a format from before 2007.`,
    hint: () => 'Save the document as PDF or DOCX without a password.',
  },
  MAESTRO_AI_DOCUMENT_FORMAT: {
    message: (d: { document: string }) => `${d.document} is not in a supported document format.`,
    hint: () =>
      'The supported formats are text, Markdown, HTML, PDF, and DOCX. Exclude other files from the path, or convert them.',
  },
  MAESTRO_AI_DOCUMENT_INFLATES: {
    message: (d: { document: string; limit: number }) => `${d.document} exceeds ${d.limit} bytes when it is unpacked.`,
    hint: () => 'If you trust the document, raise `maxInflatedSize`.',
  },
  MAESTRO_AI_DOCUMENT_LIMIT: {
    message: (d: { document: string; exceeded: 'time' | 'memory'; timeout: number; maxMemory: number }) =>
      `Parsing ${d.document} exceeded the ${d.exceeded} limit (${d.timeout} ms and ${d.maxMemory} bytes are allowed).`,
    hint: () => 'The other documents are not affected. If you trust this one, raise `timeout` or `maxMemory`.',
  },
  MAESTRO_AI_DOCUMENT_NO_TEXT: {
    message: (d: { document: string }) => `${d.document} contains no text.`,
    hint: () =>
      "If its pages are scanned, convert them to images and read those with 'ai.multimodal' and the task 'ocr'. A PDF in Chinese, Japanese, or Korean may need the fonts of another package: npm install pdfjs-dist",
  },
  MAESTRO_AI_DOCUMENT_REFERENCE: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, but a path, an address, or bytes are expected.`,
    hint: () => 'Name the column that holds the paths, the addresses, or the bytes of the documents.',
  },
  MAESTRO_AI_EMPTY_ANSWER: {
    message: (d: { serving: string }) => `${d.serving} returned an empty answer.`,
    hint: () => 'Check the prompt of this row, or use a larger model.',
  },
  MAESTRO_AI_EMPTY_INPUT: {
    message: (d: { column: string }) => `Column "${d.column}" is empty, so there is nothing to send to the model.`,
    hint: () => 'Filter out such rows before this step, or fill the column.',
  },
  MAESTRO_AI_EVIDENCE: {
    message: (d: { serving: string; pairs: number }) =>
      `None of the ${d.pairs} question-answer pairs from ${d.serving} has evidence that occurs in the text.`,
    hint: () => 'Use a larger model, or split the text into smaller chunks first.',
  },
  MAESTRO_AI_IMAGE: {
    message: (d: { source: string; reason: string }) => `The image ${d.source} cannot be read: ${d.reason}`,
    hint: () =>
      'Open the image in another program. If that fails too, the file is damaged. Reduce the size of very large images.',
  },
  MAESTRO_AI_LIBRARY: {
    message: (d: { library: string; work: string }) =>
      `The package ${d.library} is needed to ${d.work}, but it is not installed.`,
    hint: (d: { library: string; work: string }) => `npm install ${d.library}`,
  },
  MAESTRO_AI_MEDIA: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, but a path, an address, or bytes are expected.`,
    hint: () => 'Name the column that holds the images or recordings. A cell may hold a list of them.',
  },
  MAESTRO_AI_METADATA: {
    message: (d: { column: string; found: string }) =>
      `Column "${d.column}" holds a value of type ${d.found}, which cannot be stored with a vector.`,
    hint: () => 'Metadata can be a text, a number, a boolean, a date, or null. Convert the value in an earlier step.',
  },
  MAESTRO_AI_OPTIONS: {
    message: (d: { operator: string; reason: string }) => `${d.operator}: ${d.reason}.`,
    hint: () => 'Correct the option that the message names. docs/ai-operators.md lists all options.',
  },
  MAESTRO_AI_PAGES: {
    message: (d: { column: string }) => `Column "${d.column}" does not say where pages begin.`,
    hint: () => "Name the column `page_starts`, which 'ai.load-documents' adds.",
  },
  MAESTRO_AI_PASSAGES: {
    message: (d: { column: string }) => `Column "${d.column}" does not hold passages.`,
    hint: () => "Name the column that 'ai.retrieve' adds. It holds a list of passages, each with an id and a text.",
  },
  MAESTRO_AI_QUERY_LONG: {
    message: (d: { column: string; length: number; limit: number }) =>
      `The query in column "${d.column}" has ${d.length} characters, but at most ${d.limit} are allowed.`,
    hint: () => 'A query is a question, not a document. To accept longer queries, raise `maxQueryLength`.',
  },
  MAESTRO_AI_REVIEW: {
    message: (d: { path: string; line: number; reason: string }) =>
      `Line ${d.line} of ${d.path} is not a decision: ${d.reason}.`,
    hint: () => 'A decision is one of the labels, a list of labels with `multi`, or null if it is still to be made.',
  },
  MAESTRO_AI_SCHEMA_COLUMNS: {
    message: (_: Readonly<Record<string, never>>) =>
      'The schema does not describe an object whose properties can become columns.',
    hint: () => 'Name one column for the whole answer with `output`, or describe an object with properties.',
  },
  MAESTRO_AI_SCORE: {
    message: (d: { column: string; found: string }) => `Column "${d.column}" does not hold a score: ${d.found}.`,
    hint: () => "Score all rows first with a step 'ai.score', and name the column that it adds.",
  },
  MAESTRO_AI_STORE_EMPTY: {
    message: (d: { store: string }) => `The vector store ${d.store} is empty, so nothing can be found in it.`,
    hint: () => "Fill it first with a step 'ai.index', and check that the config names the store that you filled.",
  },
  MAESTRO_AI_STORE_LIST: {
    message: (d: { store: string }) => `The vector store ${d.store} cannot list its entries.`,
    hint: () => 'Use another store, such as lance.vectors or chroma.vectors.',
  },
  MAESTRO_AI_SUMMARY_GREW: {
    message: (d: { serving: string; parts: number }) =>
      `${d.serving} summarized ${d.parts} parts of a text, but the summaries are not shorter than the text.`,
    hint: () => 'Request fewer words with `maxWords`, make the parts larger with `chunkTokens`, or use a larger model.',
  },
  MAESTRO_AI_VECTOR: {
    message: (d: { column: string; reason: string }) => `Column "${d.column}" does not hold a vector: ${d.reason}.`,
    hint: () => "Embed the texts first with a step 'ai.embed', and name the column that it adds.",
  },
} as const

export const aiError = defineErrors(aiErrors)
