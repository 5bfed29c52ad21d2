import { to, type Dialect, type SpanKind } from '@/lib/ingest/dialects/fields'
import { content, oneOf, text, usd } from '@/lib/ingest/dialects/readers'

/** Conventions that only one product uses (wire.md 2.6). */
const PYDANTIC_AI: Dialect = {
  name: 'pydantic-ai',
  title: 'Pydantic AI, Logfire',
  attributes: {
    agent_name: to('agentName', text),
    model_name: to('requestModel', text),
    final_result: to('output', content),
    all_messages_events: to('input', content),
    'pydantic_ai.all_messages': to('input', content),
    events: to('input', content),
    tool_arguments: to('input', content),
    tool_response: to('output', content),
    'operation.cost': to('costReported', usd),
    model_request_parameters: 'kept',
    tools: 'kept',
  },
  prefixes: { 'logfire.': 'kept', 'pydantic_ai.': 'kept' },
}

const GOOGLE_ADK: Dialect = {
  name: 'google-adk',
  title: 'Google Agent Development Kit',
  attributes: {
    'gcp.vertex.agent.session_id': to('interactionId', text),
    'gcp.vertex.agent.tool_call_args': to('input', content),
    'gcp.vertex.agent.tool_response': to('output', content),
    'gcp.vertex.agent.llm_request': to('input', content),
    'gcp.vertex.agent.llm_response': to('output', content),
  },
  prefixes: { 'gcp.vertex.agent.': 'kept' },
}

const LANGSMITH_KINDS: Record<string, SpanKind> = {
  llm: 'llm',
  embedding: 'embedding',
  chain: 'workflow',
  tool: 'tool',
  retriever: 'retrieval',
  prompt: 'other',
  parser: 'other',
}
const LANGSMITH: Dialect = {
  name: 'langsmith',
  title: 'LangSmith',
  attributes: {
    'langsmith.span.kind': to('kind', oneOf(LANGSMITH_KINDS)),
    'langsmith.trace.session_id': to('interactionId', text),
    'langsmith.span.tags': to('tags', content),
  },
  prefixes: { 'langsmith.metadata.': { metadata: 'langsmith' }, 'langsmith.': 'kept' },
}

const GENKIT_TYPES: Record<string, SpanKind> = {
  model: 'llm',
  embedder: 'embedding',
  tool: 'tool',
  'tool.v2': 'tool',
  retriever: 'retrieval',
  reranker: 'retrieval',
  agent: 'agent',
  flow: 'workflow',
  prompt: 'workflow',
  util: 'workflow',
  evaluator: 'evaluation',
}
const GENKIT: Dialect = {
  name: 'genkit',
  title: 'Genkit',
  attributes: {
    'genkit:metadata:subtype': to('kind', oneOf(GENKIT_TYPES)),
    'genkit:input': to('input', content),
    'genkit:output': to('output', content),
    'genkit:sessionId': to('interactionId', text),
    'genkit:name': 'kept',
    'genkit:path': 'kept',
    'genkit:state': 'kept',
    'genkit:type': 'kept',
    'genkit:isRoot': 'kept',
  },
  prefixes: {},
}

/** CrewAI's own telemetry scope and the attributes its OpenInference instrumentation adds. */
const CREWAI: Dialect = {
  name: 'crewai',
  title: 'CrewAI',
  attributes: {
    crew_key: 'kept',
    crew_id: 'kept',
    crew_inputs: 'kept',
    crew_agents: 'kept',
    crew_tasks: 'kept',
    crew_process: 'kept',
    crew_memory: 'kept',
    crew_number_of_tasks: 'kept',
    crew_number_of_agents: 'kept',
    crew_fingerprint: 'kept',
    crew_fingerprint_created_at: 'kept',
    crewai_version: 'kept',
    python_version: 'kept',
    task_key: 'kept',
    task_id: 'kept',
    task_fingerprint: 'kept',
    task_fingerprint_created_at: 'kept',
    agent_fingerprint: 'kept',
  },
  prefixes: {},
}

/** What lib/ingest/openai-agents.ts makes of the SDK's tracing JSON, where no standard name exists. */
const AGENTS_TYPES: Record<string, SpanKind> = {
  agent: 'agent',
  function: 'tool',
  generation: 'llm',
  response: 'llm',
  // Billed by the minute or the character: a model call whose cost is unknown, not nothing.
  transcription: 'llm',
  speech: 'llm',
  trace: 'workflow',
  task: 'workflow',
  turn: 'workflow',
  speech_group: 'workflow',
  guardrail: 'guardrail',
}
const OPENAI_AGENTS: Dialect = {
  name: 'openai-agents',
  title: 'OpenAI Agents SDK',
  attributes: {
    'openai_agents.span_type': to('kind', oneOf<SpanKind>(AGENTS_TYPES, 'other')),
    'openai_agents.metadata': { metadata: 'json' },
  },
  prefixes: { 'openai_agents.': 'kept' },
}

/** Names that several use for content, and that say nothing of who sent them. */
const PLAIN: Dialect = {
  name: 'plain',
  title: 'Plain names',
  attributes: { input: to('input', content), output: to('output', content) },
  prefixes: {},
}

export const OTHERS: readonly Dialect[] = [PYDANTIC_AI, GOOGLE_ADK, LANGSMITH, GENKIT, CREWAI, OPENAI_AGENTS, PLAIN]
