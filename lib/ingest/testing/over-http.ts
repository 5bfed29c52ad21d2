import { byCallers } from '@/lib/ingest/testing/honest'

type Answer = { accepted: number; rejected: { message: string }[] }

/**
 * Sends each event as a request of its own from several callers, spread over the processes, and keeps trying as a
 * client should: after 429, 503 and broken connections. Answers how many tries it took in all.
 */
export const sendSingly = async (
  urls: () => readonly string[],
  key: string,
  events: readonly unknown[],
  { callers = 16, acknowledged = (_event: unknown): void => {} } = {},
): Promise<number> => {
  let tries = 0
  await byCallers(callers, events, async (event, caller) => {
    for (let attempt = 0; ; attempt++) {
      tries += 1
      const all = urls()
      const answer = await post(all[(caller + attempt) % all.length] ?? '', key, event)
      if (answer === 'again') {
        if (attempt > 600) throw new Error('nobody takes the event')
        await new Promise((resolve) => setTimeout(resolve, 50))
        continue
      }
      if (answer.accepted !== 1) throw new Error(JSON.stringify({ answer, event }))
      acknowledged(event)
      return
    }
  })
  return tries
}

const post = async (url: string, key: string, event: unknown): Promise<Answer | 'again'> => {
  let response: Response
  let text: string
  try {
    response = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: [event] }),
      signal: AbortSignal.timeout(60_000),
    })
    text = await response.text()
  } catch {
    return 'again'
  }
  if (response.status === 429 || response.status === 503) {
    if (!response.headers.has('retry-after')) throw new Error(`${response.status} without Retry-After`)
    return 'again'
  }
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`)
  return JSON.parse(text) as Answer // the contract of the route
}
