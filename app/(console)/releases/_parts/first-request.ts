/** A command that works where it is pasted: this server's address, a time inside every range, and the smallest case. */
export const firstRequest = (origin: string, now: Date): string => {
  const startedAt = new Date(now.getTime() - 3_000).toISOString()
  const endedAt = new Date(now.getTime() - 1_600).toISOString()
  return `curl ${origin}/api/v1/events \\
  -H "Authorization: Bearer $SIGNALBOX_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"events":[
    {"type":"interaction", "id":"case-1", "agent":"my-first-agent", "release":"r1"},
    {"type":"span", "id":"span-1", "traceId":"trace-1", "interactionId":"case-1",
     "kind":"llm", "name":"chat", "provider":"openai", "model":"gpt-4.1-mini",
     "startedAt":"${startedAt}", "endedAt":"${endedAt}",
     "usage":{"inputTokens":812, "outputTokens":96}},
    {"type":"outcome", "interactionId":"case-1", "result":"resolved"}
  ]}'`
}
