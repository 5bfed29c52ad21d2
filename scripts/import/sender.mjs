import {
  appendRejected,
  identityOf,
  importFiles,
  loadCheckpoint,
  removeCheckpoint,
  saveCheckpoint,
  trimRejected,
} from './checkpoint.mjs'
import { postRequest, readRequests } from './otlp.mjs'
import { postBatch } from './post.mjs'
import { inBatches, readLines } from './read-lines.mjs'

/**
 * Sends batches with `concurrency` requests under way and hands over their results in the order of the input, so that
 * "everything up to here is done" is always true. The first failure stops the rest and is thrown.
 * @param {AsyncIterable<{line: number, text: string}[]>} batches
 */
export async function sendBatches(batches, { url, key, retries, concurrency = 4, onResult, onWait, post = postBatch }) {
  const underWay = []
  const finishFirst = async () => {
    const { items, request } = underWay.shift()
    onResult(await request, items)
  }
  try {
    for await (const items of batches) {
      const request = post(items, { url, key, retries, onWait })
      // A failure is taken up when its turn comes; until then it must not count as unhandled.
      request.catch(() => {})
      underWay.push({ items, request })
      if (underWay.length >= concurrency) await finishFirst()
    }
    while (underWay.length > 0) await finishFirst()
  } catch (error) {
    await Promise.allSettled(underWay.map(({ request }) => request))
    throw error
  }
}

/** Sends values that are in memory, without a checkpoint; answers the totals and the rejected items by line from 1. */
export async function sendEvents(events, { batch = 500, onProgress = () => {}, ...options }) {
  const totals = { line: 0, accepted: 0, duplicates: 0, rejected: [] }
  const lines = events.map((event, index) => ({ line: index + 1, text: JSON.stringify(event) }))
  const onResult = (result, items) => {
    totals.line = items.at(-1).line
    totals.accepted += result.accepted
    totals.duplicates += result.duplicates
    totals.rejected.push(...result.rejected)
    onProgress(totals)
  }
  await sendBatches(inBatches(lines, batch), { ...options, onResult })
  return totals
}

/**
 * Sends one NDJSON file, going on after the last checkpoint. Rejected lines go to `<file>.rejected.ndjson`; when all is
 * sent the checkpoint is removed, so that a later run sends everything again (which changes nothing).
 */
export async function importFile(path, { batch = 1000, ...options }) {
  return importRequests(path, { ...options, batchesAfter: (line) => inBatches(after(readLines(path), line), batch) })
}

/** Sends the OTLP requests of one file in the same way: one request is one line, or the whole file. */
export async function importOtlpFile(path, options) {
  const one = async function* (line) {
    for await (const item of after(readRequests(path), line)) yield [item]
  }
  return importRequests(path, { ...options, batchesAfter: one, post: postRequest })
}

async function importRequests(path, { batchesAfter, stateFolder, onProgress = () => {}, ...options }) {
  const files = importFiles(path, stateFolder)
  const identity = identityOf(path, options)
  const progress = loadCheckpoint(files.checkpoint, identity)
  const resumedAt = progress.line
  trimRejected(files.rejected, resumedAt)
  const onResult = (result, items) => {
    appendRejected(files.rejected, result.rejected)
    progress.line = items.at(-1).line
    progress.accepted += result.accepted
    progress.duplicates += result.duplicates
    for (const { count = 1 } of result.rejected) progress.rejected += count
    saveCheckpoint(files.checkpoint, identity, progress)
    onProgress(progress)
  }
  await sendBatches(batchesAfter(resumedAt), { ...options, onResult })
  removeCheckpoint(files.checkpoint)
  return { ...progress, resumedAt, rejectedFile: files.rejected }
}

async function* after(lines, line) {
  for await (const item of lines) {
    if (item.line > line) yield item
  }
}
