import { environment, terminal, type Block, type Reader } from './snippet-parts'

/** Versions as in examples/python/requirements.txt. */
const EXPORTER = 'opentelemetry-exporter-otlp-proto-http==1.45.2'

type Instrumented = {
  id: string
  name: string
  note: string
  packages: readonly string[]
  imports: readonly string[]
  /** Lines after the provider is set. */
  instrument: readonly string[]
  /** The call that answers a customer, as the framework writes it. */
  reply: string
  /** Lines before everything else. */
  first?: readonly string[]
}

const AGENTS: readonly Instrumented[] = [
  {
    id: 'langgraph',
    name: 'LangGraph',
    note: 'OpenInference for LangChain writes the spans of graph, model and tools.',
    packages: ['openinference-instrumentation-langchain==0.1.80'],
    imports: ['from openinference.instrumentation.langchain import LangChainInstrumentor'],
    instrument: ['LangChainInstrumentor().instrument()'],
    reply: "agent.invoke({'messages': [{'role': 'user', 'content': message}]})",
  },
  {
    id: 'crewai',
    name: 'CrewAI',
    note: 'OpenInference writes the spans: for CrewAI those of crew and tools, for OpenAI those of model calls.',
    packages: ['openinference-instrumentation-crewai==1.1.21', 'openinference-instrumentation-openai==0.1.66'],
    first: ["os.environ['CREWAI_DISABLE_TELEMETRY'] = 'true'  # read when crewai is imported"],
    imports: [
      'from openinference.instrumentation.crewai import CrewAIInstrumentor',
      'from openinference.instrumentation.openai import OpenAIInstrumentor',
    ],
    instrument: ['CrewAIInstrumentor().instrument()', 'OpenAIInstrumentor().instrument()'],
    reply: "crew.kickoff(inputs={'message': message})",
  },
  {
    id: 'autogen',
    name: 'AutoGen',
    note: 'AutoGen writes the spans of agents and tools itself, OpenInference for OpenAI those of model calls.',
    packages: ['openinference-instrumentation-openai==0.1.66'],
    imports: ['from openinference.instrumentation.openai import OpenAIInstrumentor'],
    instrument: ['OpenAIInstrumentor().instrument()'],
    reply: 'await agent.run(task=message)',
  },
  {
    id: 'pydantic-ai',
    name: 'Pydantic AI',
    note: 'Pydantic AI writes its spans itself; Logfire is not needed.',
    packages: [],
    imports: ['from pydantic_ai import Agent'],
    instrument: ['Agent.instrument_all()'],
    reply: 'agent.run_sync(message)',
  },
  {
    id: 'llamaindex',
    name: 'LlamaIndex',
    note: 'OpenInference for LlamaIndex writes the spans of agents, retrieval, model and tools.',
    packages: ['openinference-instrumentation-llama-index==4.6.1'],
    imports: ['from openinference.instrumentation.llama_index import LlamaIndexInstrumentor'],
    instrument: ['LlamaIndexInstrumentor().instrument()'],
    reply: 'await agent.run(message)',
  },
  {
    id: 'python',
    name: 'Plain Python',
    note: 'OpenInference for OpenAI writes the spans of model calls; a tool gets a span by hand.',
    packages: ['openinference-instrumentation-openai==0.1.66'],
    imports: ['from openinference.instrumentation.openai import OpenAIInstrumentor'],
    instrument: ['OpenAIInstrumentor().instrument()'],
    reply: 'answer(message)',
  },
]

export const PYTHON = AGENTS.map((agent) => ({
  id: agent.id,
  name: agent.name,
  language: 'Python' as const,
  note: agent.note,
  blocks: (reader: Reader): readonly [Block, ...Block[]] => [
    terminal([`pip install ${[EXPORTER, ...agent.packages].join(' \\\n  ')}`, ...environment(reader)]),
    { title: 'Once, before the first call', what: 'The instrumentation', code: once(agent) },
    { title: 'Around each conversation', what: 'The conversation', code: conversation(agent) },
  ],
}))

const once = ({ first = [], imports, instrument }: Instrumented): string =>
  [
    'import os',
    ...first,
    '',
    ...imports,
    'from opentelemetry import trace',
    'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter',
    'from opentelemetry.sdk.resources import Resource',
    'from opentelemetry.sdk.trace import TracerProvider',
    'from opentelemetry.sdk.trace.export import BatchSpanProcessor',
    '',
    "resource = Resource.create({'service.name': 'my-agent', 'service.version': '1.0'})",
    'provider = TracerProvider(resource=resource)',
    'exporter = OTLPSpanExporter(',
    `    endpoint=f'{os.environ["SIGNALBOX_URL"]}/v1/traces',`,
    `    headers={'Authorization': f'Bearer {os.environ["SIGNALBOX_KEY"]}'},`,
    ')',
    'provider.add_span_processor(BatchSpanProcessor(exporter))',
    'trace.set_tracer_provider(provider)',
    ...instrument,
  ].join('\n')

const conversation = ({ reply, id }: Instrumented): string =>
  [
    "about = {'session.id': session, 'user.id': user, 'signalbox.span.kind': 'workflow'}",
    "tracer = trace.get_tracer('my-agent')",
    "with tracer.start_as_current_span('conversation', attributes=about) as root:",
    `    reply = ${reply}`,
    "    root.set_attribute('signalbox.outcome.result', 'resolved')  # or unresolved",
    "    root.set_attribute('signalbox.outcome.escalated', False)  # True: a person took over",
    ...(id === 'python' ? ['', ...TOOL] : []),
  ].join('\n')

const TOOL = [
  '# Inside it, around each tool call:',
  "attributes = {'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name}",
  "with tracer.start_as_current_span(f'execute_tool {name}', attributes=attributes):",
  '    result = tools[name](**arguments)',
]
