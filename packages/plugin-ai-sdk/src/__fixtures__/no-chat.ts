/** A provider with embedding models only. */
export const createNoChat = () => ({ embeddingModel: () => ({}) })
