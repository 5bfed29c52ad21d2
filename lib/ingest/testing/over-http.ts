import { byCallers } from '@/lib/ingest/testing/honest'
import type { OtlpBody } from '@/lib/ingest/testing/otlp-bodies'

type Answer = { accepted: number; rejected: { message: string }[] }

/** One request: native events, or what `otlp` makes of them. */
export type Posted = {
  path: string
  contentType: string
  body: string | Uint8Array
  isTaken: (answer: Response) => Promise<boolean>
}

/** A native event in a request of its own. */
export const eventRequest = (event: unknown): Posted => ({
  path: '/api/v1/events',
  contentType: 'application/json',
  body: JSON.stringify({ events: [event] }),
  isTaken: async (response) => ((await response.json()) as Answer).accepted === 1, // the contract of the route
})

/** An OTLP request; the answer is empty unless something was rejected. */
export const otlpRequest = ({ contentType, body }: OtlpBody): Posted => ({
  path: '/v1/traces',
  contentType,
  body,
  isTaken: async (response) => ['', '{}'].includes(await response.text()),
})

/**
 * Sends each event as a request of its own from several callers, spread over the processes, and keeps trying as a
 * client should: after 429, 503 and broken connections. Answers how many tries it took in all.
 */
export const sendSingly = async (
  urls: () => readonly string[],
  key: string,
  events: readonly unknown[],
  { callers = 16, acknowledged = (_event: unknown): void => {}, request = eventRequest } = {},
): Promise<number> => {
  let tries = 0
  await byCallers(callers, events, async (event, caller) => {
    for (let attempt = 0; ; attempt++) {
      tries += 1
      const all = urls()
      const taken = await post(all[(caller + attempt) % all.length] ?? '', key, request(event))
      if (taken === 'again') {
        if (attempt > 600) throw new Error('nobody takes the event')
        await new Promise((resolve) => setTimeout(resolve, 50))
        continue
      }
      if (!taken) throw new Error(`not taken: ${JSON.stringify(event)}`)
      acknowledged(event)
      return
    }
  })
  return tries
}

const post = async (url: string, key: string, posted: Posted): Promise<boolean | 'again'> => {
  let response: Response
  let body: ArrayBuffer
  try {
    response = await fetch(`${url}${posted.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': posted.contentType },
      body: posted.body as BodyInit, // a string or bytes: both are
      signal: AbortSignal.timeout(60_000),
    })
    body = await response.arrayBuffer()
  } catch {
    return 'again'
  }
  if (response.status === 429 || response.status === 503) {
    if (!response.headers.has('retry-after')) throw new Error(`${response.status} without Retry-After`)
    return 'again'
  }
  if (response.status !== 200) throw new Error(`${response.status}: ${Buffer.from(body).toString()}`)
  return posted.isTaken(new Response(body))
}
