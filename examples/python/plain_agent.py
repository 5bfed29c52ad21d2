"""The shop's support agent in plain asyncio: the OpenAI client, a loop, and a span for each tool call."""

import asyncio
import json

from openai import AsyncOpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace

import shop
from telemetry import send_to_signalbox, serve_customers

MODEL_CALLS_MAX = 6
TOOLS = {'look_up_order': shop.look_up_order, 'request_refund': shop.request_refund}


def describe(name: str, **types: str) -> dict:
    """A tool as the model sees it: every parameter is required."""
    properties = {key: {'type': kind} for key, kind in types.items()}
    parameters = {'type': 'object', 'properties': properties, 'required': list(types), 'additionalProperties': False}
    return {
        'type': 'function',
        'function': {'name': name, 'description': TOOLS[name].__doc__, 'parameters': parameters, 'strict': True},
    }


TOOL_SCHEMAS = [
    describe('look_up_order', order_id='string'),
    describe('request_refund', order_id='string', amount_usd='number', reason='string'),
]


async def call_tool(call) -> dict:
    """One tool call under a span of its own. A failure is told to the model and marked on the span."""
    name, arguments = call.function.name, call.function.arguments
    attributes = {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.call.id': call.id,
        'gen_ai.tool.call.arguments': arguments,
    }
    with trace.get_tracer('shop').start_as_current_span(f'execute_tool {name}', attributes=attributes) as span:
        try:
            result = await asyncio.to_thread(TOOLS[name], **json.loads(arguments))
            span.set_attribute('gen_ai.tool.call.result', result)
        except Exception as error:
            span.record_exception(error)
            span.set_status(trace.StatusCode.ERROR, str(error))
            result = f'error: {error}'
    return {'role': 'tool', 'tool_call_id': call.id, 'content': result}


async def main() -> None:
    provider = send_to_signalbox('shop-plain')
    OpenAIInstrumentor().instrument()
    client = AsyncOpenAI(base_url=shop.MODEL_URL, api_key=shop.MODEL_KEY)

    async def reply_to(message: str, session: str) -> str:
        messages = [{'role': 'system', 'content': shop.PROMPT['text']}, {'role': 'user', 'content': message}]
        for _ in range(MODEL_CALLS_MAX):
            answer = await client.chat.completions.create(model=shop.MODEL, messages=messages, tools=TOOL_SCHEMAS)
            said = answer.choices[0].message
            if not said.tool_calls:
                return said.content
            messages.append(said.model_dump(exclude_none=True))
            messages += await asyncio.gather(*map(call_tool, said.tool_calls))
        return 'This takes too long: I hand over to a person.'

    await serve_customers(reply_to)
    provider.shutdown()


asyncio.run(main())
