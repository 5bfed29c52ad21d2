// POST /v1/embeddings: https://platform.openai.com/docs/api-reference/embeddings
import { createHash } from 'node:crypto'

export const embeddingTexts = ({ input }) =>
  (Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]).map((one) =>
    typeof one === 'string' ? one : JSON.stringify(one),
  )

export function writeEmbeddings({ model, texts, usage, body }) {
  return {
    object: 'list',
    model: model.as,
    data: texts.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: encoded(vector(text, body.dimensions ?? 1536), body.encoding_format),
    })),
    usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens },
  }
}

/** Equal texts get equal vectors of length 1; nearness means nothing. */
function vector(text, size) {
  const seed = createHash('sha256').update(text).digest()
  return Array.from({ length: size }, (_, i) => ((seed[i % seed.length] ?? 0) - 127.5) / 127.5 / Math.sqrt(size))
}

const encoded = (values, format) =>
  format === 'base64' ? Buffer.from(Float32Array.from(values).buffer).toString('base64') : values
