"""The shop's support agent on CrewAI: a crew of one agent with one task for each conversation."""

import asyncio
import os

os.environ['CREWAI_DISABLE_TELEMETRY'] = 'true'  # read when crewai is imported
os.environ['CREWAI_TRACING_ENABLED'] = 'false'

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

import shop
from telemetry import send_to_signalbox, serve_customers


async def main() -> None:
    provider = send_to_signalbox('shop-crewai')
    CrewAIInstrumentor().instrument()
    OpenAIInstrumentor().instrument()
    agent = Agent(
        role='Shop support',
        goal='Answer the customer',
        backstory=shop.PROMPT['text'],
        tools=[tool(shop.look_up_order), tool(shop.request_refund)],
        llm=LLM(model=f'openai/{shop.MODEL}', base_url=shop.MODEL_URL, api_key=shop.MODEL_KEY),
        max_iter=6,
    )

    async def reply_to(message: str, session: str) -> str:
        task = Task(description=message, expected_output='The answer to the customer', agent=agent)
        return (await asyncio.to_thread(Crew(agents=[agent], tasks=[task]).kickoff)).raw

    await serve_customers(reply_to)
    provider.shutdown()


asyncio.run(main())
