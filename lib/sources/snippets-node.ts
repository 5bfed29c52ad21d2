import { environment, terminal, type Block, type Reader } from './snippet-parts'

/** Versions as in examples/js/package.json. */
const SDK = [
  '@opentelemetry/api@1.9.1',
  '@opentelemetry/sdk-node@0.223.0',
  '@opentelemetry/exporter-trace-otlp-proto@0.223.0',
]

const install = (packages: readonly string[], reader: Reader): Block =>
  terminal([
    `npm install ${packages.join(' \\\n  ')}`,
    ...environment(reader),
    'export OTEL_RESOURCE_ATTRIBUTES=service.version=1.0',
  ])

const once = (imports: readonly string[], instrument: readonly string[]): Block => ({
  title: 'Once, before the first call',
  what: 'The instrumentation',
  code: [
    ...imports,
    "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'",
    "import { NodeSDK } from '@opentelemetry/sdk-node'",
    '',
    'const telemetry = new NodeSDK({',
    "  serviceName: 'my-agent',",
    '  traceExporter: new OTLPTraceExporter({',
    '    url: `${process.env.SIGNALBOX_URL}/v1/traces`,',
    '    headers: { authorization: `Bearer ${process.env.SIGNALBOX_KEY}` },',
    '  }),',
    '})',
    'telemetry.start()',
    ...instrument,
    '// when the process ends: await telemetry.shutdown()',
  ].join('\n'),
})

const around = (reply: readonly string[], tail: readonly string[] = []): Block => ({
  title: 'Around each conversation',
  what: 'The conversation',
  code: [
    "import { trace } from '@opentelemetry/api'",
    '',
    "const about = { 'session.id': session, 'user.id': user, 'signalbox.span.kind': 'workflow' }",
    "const tracer = trace.getTracer('my-agent')",
    "await tracer.startActiveSpan('conversation', { attributes: about }, async (span) => {",
    ...reply.map((line) => `  ${line}`),
    "  span.setAttribute('signalbox.outcome.result', 'resolved') // or unresolved",
    "  span.setAttribute('signalbox.outcome.escalated', false).end() // true: a person took over",
    '})',
    ...tail,
  ].join('\n'),
})

export const NODE = [
  {
    id: 'langgraph-js',
    name: 'LangGraph.js',
    language: 'Node' as const,
    note: 'OpenInference for LangChain writes the spans of graph, model and tools.',
    blocks: (reader: Reader): readonly [Block, ...Block[]] => [
      install([...SDK, '@arizeai/openinference-instrumentation-langchain@4.1.1'], reader),
      once(
        [
          "import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'",
          "import * as callbackManager from '@langchain/core/callbacks/manager'",
        ],
        [
          '// Else conversations that run at once get each other’s session.',
          "process.env.LANGCHAIN_CALLBACKS_BACKGROUND = 'false'",
          'new LangChainInstrumentation().manuallyInstrument(callbackManager)',
        ],
      ),
      around(["const { messages } = await graph.invoke({ messages: [{ role: 'user', content: text }] })"]),
    ],
  },
  {
    id: 'ai-sdk',
    name: 'AI SDK',
    language: 'Node' as const,
    note: 'The AI SDK writes its spans itself once a call asks for telemetry.',
    blocks: (reader: Reader): readonly [Block, ...Block[]] => [
      install(SDK, reader),
      once([], []),
      around([
        'const result = await generateText({',
        "  model: openai('gpt-4o-mini'),",
        '  prompt: text,',
        '  experimental_telemetry: {',
        '    isEnabled: true,',
        "    functionId: 'my-workflow',",
        '    metadata: { sessionId: session, userId: user },',
        '  },',
        '})',
      ]),
    ],
  },
  {
    id: 'openai-agents',
    name: 'OpenAI Agents',
    language: 'Node' as const,
    note: 'The SDK’s own traces come here instead of to OpenAI. They have no place for agent, release and outcome: those are events.',
    blocks: (reader: Reader): readonly [Block, ...Block[]] => [
      terminal(environment(reader)),
      {
        title: 'Once, before the first call',
        what: 'The instrumentation',
        code: `import {
  BatchTraceProcessor,
  OpenAITracingExporter,
  setOpenAIAPI,
  setTraceProcessors,
} from '@openai/agents'

// Traces of the Responses API name no model, and without it there is no price.
setOpenAIAPI('chat_completions')

setTraceProcessors([
  new BatchTraceProcessor(
    new OpenAITracingExporter({
      endpoint: \`\${process.env.SIGNALBOX_URL}/v1/traces/ingest\`,
      apiKey: process.env.SIGNALBOX_KEY,
    }),
  ),
])
// when the process ends: await getGlobalTraceProvider().forceFlush()`,
      },
      {
        title: 'For each conversation',
        what: 'The conversation',
        code: `import { Runner } from '@openai/agents'

const runner = new Runner({
  workflowName: 'my-workflow',
  groupId: session,
  traceMetadata: { userId: user },
})
const { finalOutput } = await runner.run(agent, text)

const events = [
  { type: 'interaction', id: session, agent: agent.name, release: '1.0' },
  { type: 'outcome', interactionId: session, result: 'resolved' }, // or unresolved
]
await fetch(\`\${process.env.SIGNALBOX_URL}/api/v1/events\`, {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.SIGNALBOX_KEY}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify({ events }),
})`,
      },
    ],
  },
  {
    id: 'node',
    name: 'Plain Node',
    language: 'Node' as const,
    note: 'OpenInference for OpenAI writes the spans of model calls; a tool gets a span by hand.',
    blocks: (reader: Reader): readonly [Block, ...Block[]] => [
      install([...SDK, '@arizeai/openinference-instrumentation-openai@4.2.7'], reader),
      once(
        [
          "import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'",
          "import OpenAI from 'openai'",
        ],
        ['new OpenAIInstrumentation().manuallyInstrument(OpenAI)'],
      ),
      around(
        ['const reply = await answer(text)'],
        [
          '',
          '// Inside it, around each tool call:',
          "const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }",
          'await tracer.startActiveSpan(`execute_tool ${name}`, { attributes: tool }, async (span) => {',
          '  result = await tools[name](input)',
          '  span.end()',
          '})',
        ],
      ),
    ],
  },
]
