import { describe, expect, test } from 'vitest'
import { keyOfRequest, parseAgentKey, requireFresh, sessionEnd, SESSION_IDLE_MS } from '@/lib/auth/rules'
import { requireSameOrigin } from '@/lib/auth/same-origin'

const now = new Date('2026-03-01T12:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)
const KEY = `sbx_abc123abc123_${'aB3'.repeat(14)}x`

describe('sessionEnd', () => {
  const live = { endedAt: null, removedAt: null, lastSeenAt: ago(1), expiresAt: new Date(now.getTime() + 1) }
  test.each([
    [live, undefined],
    [{ ...live, endedAt: ago(1) }, 'ended'],
    [{ ...live, removedAt: ago(1) }, 'removed'],
    [{ ...live, expiresAt: now }, 'expired'],
    [{ ...live, lastSeenAt: ago(SESSION_IDLE_MS - 1) }, undefined],
    [{ ...live, lastSeenAt: ago(SESSION_IDLE_MS) }, 'idle'],
  ])('%j is %s', (session, end) => {
    expect(sessionEnd(session, now)).toBe(end)
  })
})

test('a sign-in is fresh for less than 5 minutes', () => {
  const ctx = (ms: number) => ({ actor: { type: 'person', authTime: ago(ms) }, now })
  expect(() => requireFresh(ctx(299_999))).not.toThrow()
  expect(() => requireFresh(ctx(300_000))).toThrow('Confirm your password')
  expect(() => requireFresh({ actor: { type: 'key' }, now })).toThrow()
})

describe('keys in requests', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  test.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ authorization: `Bearer ${KEY}` }, KEY],
    [{ authorization: `bearer   ${KEY} ` }, KEY],
    [{ authorization: basic(`anything:${KEY}`) }, KEY],
    [{ authorization: basic(`:${KEY}`) }, KEY],
    [{ authorization: basic(KEY) }, KEY],
    [{ 'x-api-key': KEY }, KEY],
    [{ authorization: 'Bearer' }, 'Bearer'],
    [{ 'x-api-key': '' }, undefined],
  ])('%j', (headers, key) => {
    expect(keyOfRequest(new Headers(headers))).toBe(key)
  })

  test('only the exact shape is a key', () => {
    expect(parseAgentKey(KEY)).toEqual({ publicId: 'abc123abc123', secret: KEY.slice(17) })
    for (const bad of [
      KEY.slice(1),
      `${KEY}x`,
      KEY.slice(0, -1),
      KEY.replace('abc', 'ABC'),
      KEY.replace('aB3', 'a-3'),
      `${KEY}\n`,
      '',
    ]) {
      expect(parseAgentKey(bad)).toBeUndefined()
    }
  })
})

describe('writes from other sites', () => {
  const request = (headers: Record<string, string>, method = 'POST', body: string | null = '{}') =>
    new Request('http://signalbox.test/api/v1/x', {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  const outcome = (of: Request, publicUrl?: string) => {
    try {
      requireSameOrigin(of, publicUrl)
      return 'ok'
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  test.each([
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'http://signalbox.test' },
    { origin: 'https://console.test', host: 'console.test' },
  ])('ours: %j', (headers) => expect(outcome(request(headers))).toBe('ok'))
  test.each([
    {},
    { origin: 'null' },
    { origin: 'http://evil.test' },
    { origin: 'http://signalbox.test.evil.test' },
    { origin: 'http://signalbox.test:8080' },
    { 'sec-fetch-site': 'same-site', origin: 'http://signalbox.test' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
  ])('refused: %j', (headers) => expect(outcome(request(headers))).toContain('did not come from a page'))
  test('behind a proxy that changes Host, the public address counts', () => {
    expect(outcome(request({ origin: 'https://box.example' }), 'https://box.example/')).toBe('ok')
  })
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])('a body of %s, which a foreign form can send, is refused', (type) =>
    expect(outcome(request({ 'sec-fetch-site': 'same-origin', 'content-type': type }))).toContain('application/json'),
  )
  test('reading needs neither', () =>
    expect(outcome(request({ 'content-type': 'text/plain' }, 'GET', null))).toBe('ok'))
})
