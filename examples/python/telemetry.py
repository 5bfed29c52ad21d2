"""What an agent tells Signalbox, with OpenTelemetry's own SDK: a root span for each conversation and its outcome."""

import os
from collections.abc import Awaitable, Callable

from openinference.instrumentation import using_attributes
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import shop


def send_to_signalbox(agent: str) -> TracerProvider:
    """Every span of this process goes to Signalbox in batches, as the agent's. Call it before instrumenting."""
    provider = TracerProvider(resource=Resource.create({'service.name': agent, 'service.version': shop.RELEASE}))
    exporter = OTLPSpanExporter(
        endpoint=f'{os.environ["SIGNALBOX_URL"]}/v1/traces',
        headers={'Authorization': f'Bearer {os.environ["SIGNALBOX_KEY"]}'},
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


async def serve_customers(reply_to: Callable[[str, str], Awaitable[str]]) -> None:
    """Holds the shop's conversations one after the other. `reply_to(message, session)` is the agent."""
    prompt = {'promptName': shop.PROMPT['name'], 'promptVersion': shop.PROMPT['version']}
    for conversation in shop.CONVERSATIONS:
        session, user, message = conversation['id'], conversation['user'], conversation['text']
        about = {
            'openinference.span.kind': 'CHAIN',
            'session.id': session,
            'user.id': user,
            'input.value': message,
        }
        with (
            using_attributes(session_id=session, user_id=user, metadata=prompt),
            trace.get_tracer('shop').start_as_current_span('answer customer', attributes=about) as root,
        ):
            reply = await reply_to(message, session)
            root.set_attributes({'output.value': reply, **shop.outcome_of(reply)})
        print(reply)
