// The figures of docs/choosing-a-framework.md: runs every example against the scripted model and asks Signalbox what it
// saw. `SIGNALBOX_URL=… SIGNALBOX_KEY=sbx_… node examples/measure.mjs [python]`; the key needs the scopes ingest and read.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const RUNS = 3
const EXAMPLES = [
  { title: 'LangGraph', file: 'python/langgraph_agent.py', agent: 'shop-langgraph-py' },
  { title: 'CrewAI', file: 'python/crewai_agent.py', agent: 'shop-crewai' },
  { title: 'AutoGen', file: 'python/autogen_agent.py', agent: 'shop-autogen' },
  { title: 'asyncio', file: 'python/plain_agent.py', agent: 'shop-plain' },
  { title: 'LangGraph.js', file: 'js/langgraph.mjs', agent: 'shop-langgraph' },
  { title: 'AI SDK', file: 'js/ai-sdk.mjs', agent: 'shop-ai-sdk' },
  { title: 'OpenAI Agents JS', file: 'js/openai-agents.mjs', agent: 'shop-openai-agents' },
]
const SHARED = { python: ['python/shop.py', 'python/telemetry.py'], js: ['js/shop.mjs'] }
const FIRST_ORDER = 'A-100'
const MEASURES = ['spans', 'llmCalls', 'inputTokens', 'cacheReadTokens', 'outputTokens', 'toolCalls', 'toolErrors']

const local = (path) => fileURLToPath(new URL(path, import.meta.url))
const { SIGNALBOX_URL: url, SIGNALBOX_KEY: key } = process.env
const python = process.argv[2] ?? 'python3'

async function main() {
  if (!url || !key) throw new Error('Set SIGNALBOX_URL and SIGNALBOX_KEY.')
  const model = spawn(process.execPath, [local('model/server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const modelUrl = String((await once(model.stdout, 'data'))[0]).trim()
    const rows = []
    for (const example of EXAMPLES) rows.push(await measure(example, modelUrl))
    print(rows)
  } finally {
    model.kill()
  }
}

/** Sums over the three conversations of a run, as Signalbox counts them, and the median of the runs' wall times. */
async function measure({ title, file, agent }, modelUrl) {
  const walls = []
  const before = await seen(agent)
  for (let round = 0; round < RUNS; round++) {
    await fetch(`${modelUrl}/billed`, { method: 'DELETE' })
    const began = performance.now()
    const { code, errors } = await start(file, modelUrl).ended
    if (code !== 0) throw new Error(`${file} ended with ${code}:\n${errors}`)
    walls.push((performance.now() - began) / 1000)
  }
  const after = await seen(agent)
  const counted = Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] - before[name]) / RUNS]))
  const { calls } = await (await fetch(`${modelUrl}/billed`)).json()
  const billed = calls.reduce((sum, call) => sum + call.costNanoUsd, 0)
  if (Math.round(counted.costNanoUsd) !== billed)
    throw new Error(`${title}: Signalbox counts ${counted.costNanoUsd} nano-USD, the model billed ${billed}`)
  const stops = { refused: await callsWhenRefused(file), looped: await callsInALoop(file) }
  const shared = SHARED[file.split('/')[0]].reduce((sum, one) => sum + linesOf(one), 0)
  return { title, lines: linesOf(file), shared, wall: median(walls), ...stops, ...counted }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** What Signalbox has counted for an agent in the last day. */
async function seen(agent) {
  const response = await fetch(`${url}/api/v1/metrics?agent=${agent}`, { headers: { authorization: `Bearer ${key}` } })
  if (!response.ok) throw new Error(`Signalbox answered ${response.status}: ${await response.text()}`)
  const { totals } = await response.json()
  const counts = Object.fromEntries(MEASURES.map((name) => [name, totals[name] ?? 0]))
  return { ...counts, costNanoUsd: Math.round(Number(totals.costUsd ?? 0) * 1e9) }
}

/** How often the first conversation asks a model whose budget is spent, refused as the gateway does: once would be right. */
const callsWhenRefused = (file) =>
  callsOf(file, () => ({
    status: 429,
    headers: { 'x-should-retry': 'false' },
    body: {
      error: { message: 'Quota exhausted.', type: 'insufficient_quota', code: 'insufficient_quota', param: null },
    },
  }))

/** How often the first conversation asks a model that never stops calling a tool: what the agent's own limit is worth. */
const callsInALoop = (file) =>
  callsOf(file, (path, n) => ({ status: 200, body: path === '/v1/responses' ? toolItem(n) : toolMessage(n) }))

/** Calls of a script until it ends; a script that goes on to the next conversation is ended before that. */
async function callsOf(file, answer) {
  const calls = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (calls.length > 0 && !body.includes(FIRST_ORDER)) return child.kill()
    calls.push(request.url)
    const { status, headers, body: answered } = answer(request.url, calls.length)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answered))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { child, ended } = start(file, `http://127.0.0.1:${server.address().port}`)
  await ended
  server.close()
  return calls.length
}

const LOOK_UP = { name: 'look_up_order', arguments: JSON.stringify({ order_id: FIRST_ORDER }) }
const toolMessage = (n) => ({
  id: `chatcmpl-${n}`,
  object: 'chat.completion',
  created: 0,
  model: 'gpt-4o',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: `call_${n}`, type: 'function', function: LOOK_UP }],
      },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})
const toolItem = (n) => ({
  id: `resp_${n}`,
  object: 'response',
  created_at: 0,
  status: 'completed',
  model: 'gpt-4o',
  output: [{ type: 'function_call', id: `fc_${n}`, call_id: `call_${n}`, status: 'completed', ...LOOK_UP }],
  usage: {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 2,
  },
})

function start(file, modelUrl) {
  const child = spawn(file.endsWith('.py') ? python : process.execPath, [local(file)], {
    env: { ...process.env, MODEL_URL: modelUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = Promise.all([once(child, 'close'), text(child.stderr)]).then(([[code], errors]) => ({ code, errors }))
  return { child, ended }
}

/** Lines that are neither blank nor comment; docstrings are comments. */
function linesOf(file) {
  const source = readFileSync(local(file), 'utf8')
  const code = file.endsWith('.py')
    ? source.replace(/^\s*"""[\s\S]*?"""$/gm, '').replace(/^\s*#.*$/gm, '')
    : source.replace(/^\s*\/\*[\s\S]*?\*\/$/gm, '').replace(/^\s*\/\/.*$/gm, '')
  return code.split('\n').filter((line) => line.trim() !== '').length
}

function print(rows) {
  const conversations = 3
  const head = [
    '',
    'lines + shared',
    'spans',
    'model calls',
    'input tokens',
    'of them cached',
    'output tokens',
    'USD per conversation',
  ]
  const cells = rows.map((row) => [
    row.title,
    `${row.lines} + ${row.shared}`,
    row.spans,
    row.llmCalls,
    row.inputTokens,
    row.cacheReadTokens,
    row.outputTokens,
    (row.costNanoUsd / conversations / 1e9).toFixed(6),
    `${row.toolErrors} of ${row.toolCalls}`,
    row.refused,
    row.looped,
    `${row.wall.toFixed(1)} s`,
  ])
  const all = [[...head, 'tool errors', 'calls when refused', 'calls in a loop', 'wall time'], ...cells]
  const widths = all[0].map((_, column) => Math.max(3, ...all.map((line) => String(line[column]).length)))
  const line = (values) => `| ${values.map((value, column) => String(value).padEnd(widths[column])).join(' | ')} |`
  console.log([line(all[0]), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n'))
}

await main()
