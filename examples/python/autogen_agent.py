"""The shop's support agent on AutoGen AgentChat. AutoGen writes the spans of agents and tools itself."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from openinference.instrumentation.openai import OpenAIInstrumentor

import shop
from telemetry import send_to_signalbox, serve_customers


async def main() -> None:
    provider = send_to_signalbox('shop-autogen')
    OpenAIInstrumentor().instrument()
    model = OpenAIChatCompletionClient(model=shop.MODEL, base_url=shop.MODEL_URL, api_key=shop.MODEL_KEY)

    async def reply_to(message: str, session: str) -> str:
        agent = AssistantAgent(
            'shop_support',
            model_client=model,
            tools=[shop.look_up_order, shop.request_refund],
            system_message=shop.PROMPT['text'],
            max_tool_iterations=6,
        )
        result = await agent.run(task=message)
        return result.messages[-1].to_text()

    await serve_customers(reply_to)
    await model.close()
    provider.shutdown()


asyncio.run(main())
