import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FRAMEWORKS, frameworkOf, snippetsOf } from './snippets'

const origin = 'https://signalbox.example.com:8443'
const key = `sbx_abcdefghijkl_${'S'.repeat(43)}`
const now = new Date('2026-11-20T10:00:00Z')
const textOf = (id: string) =>
  snippetsOf(id, { origin, key, now })
    .map(({ code }) => code)
    .join('\n')

describe.each(FRAMEWORKS.map(({ id }) => id))('%s', (id) => {
  test('carries the reader’s own address and key', () => {
    expect(textOf(id)).toContain(origin)
    expect(textOf(id)).toContain(key)
  })

  test('has the key in no address and in no code, only in the environment', () => {
    for (const [url] of textOf(id).matchAll(/https?:\/\/\S+/g)) expect(url).not.toContain('sbx_')
    const keyLines = textOf(id)
      .split('\n')
      .filter((line) => line.includes(key))
    expect(keyLines.every((line) => line.startsWith('export '))).toBe(true)
  })

  test('has no line that is cut off beside the panel of a common screen', () => {
    const lines = textOf(id).split('\n')
    expect(lines.filter((line) => line.length > 92 && !line.includes(key))).toEqual([])
  })

  test('says how to name session, user and outcome', () => {
    if (id === 'otlp') return // the attributes stand beside it, in the table for every framework
    expect(textOf(id)).toMatch(/session\.id|groupId: session/)
    expect(textOf(id)).toMatch(/user\.id|userId: user/)
    expect(textOf(id)).toMatch(/signalbox\.outcome\.result|type: 'outcome'/)
  })
})

test('every framework has a name of its own in the URL, and an unknown one shows the first', () => {
  expect(new Set(FRAMEWORKS.map(({ id }) => id)).size).toBe(FRAMEWORKS.length)
  expect(frameworkOf('ai-sdk').name).toBe('AI SDK')
  expect(frameworkOf('nonsense')).toBe(FRAMEWORKS[0])
})

test('the body of the curl command is OTLP/JSON with whole ids and times', () => {
  const body = /-d '([\s\S]*)'/.exec(textOf('curl'))?.[1] ?? ''
  const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] } // written above
  expect(resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
    traceId: expect.stringMatching(/^(?!0+$)[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^(?!0+$)[0-9a-f]{16}$/),
    startTimeUnixNano: '1795168797000000000',
    endTimeUnixNano: '1795168798400000000',
  })
})

describe('what is shown is what the examples run', () => {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  const examples = {
    langgraph: 'examples/python/langgraph_agent.py',
    crewai: 'examples/python/crewai_agent.py',
    autogen: 'examples/python/autogen_agent.py',
    python: 'examples/python/plain_agent.py',
    'langgraph-js': 'examples/js/langgraph.mjs',
    'ai-sdk': 'examples/js/ai-sdk.mjs',
    'openai-agents': 'examples/js/openai-agents.mjs',
    node: 'examples/js/clients/openinference-openai.mjs',
  }

  test('every package in its version', () => {
    const python = read('examples/python/requirements.txt')
    const node = read('examples/js/package.json')
    const NOT_IN_EXAMPLES = ['openinference-instrumentation-llama-index==4.6.1']
    for (const { id, language } of FRAMEWORKS) {
      for (const [, line = ''] of textOf(id).matchAll(/^(?:pip|npm) install ((?:.*\\\n)*.*)$/gm)) {
        for (const pinned of line.split(/[\s\\]+/).filter((part) => part !== '')) {
          if (NOT_IN_EXAMPLES.includes(pinned)) continue
          const [, name, version] = /^(.+?)(?:==|@)([\d.]+)$/.exec(pinned) ?? []
          const expected = language === 'Python' ? `${name}==${version}\n` : `"${name}": "${version}"`
          expect(language === 'Python' ? python : node).toContain(expected)
        }
      }
    }
  })

  test.each(Object.entries(examples))('%s imports and instruments as %s does', (id, path) => {
    const shared = ['examples/python/telemetry.py', 'examples/js/ai-sdk.mjs'].map(read).join('\n')
    const example = read(path) + shared
    const wanted = textOf(id)
      .split('\n')
      .filter((line) => /Instrument|OTLP|setTraceProcessors\(|DISABLE_TELEMETRY|BACKGROUND/.test(line))
      .filter((line) => !/^import \{$/.test(line))
    expect(wanted.length).toBeGreaterThan(0)
    for (const line of wanted) expect(example).toContain(line.trim())
  })
})
