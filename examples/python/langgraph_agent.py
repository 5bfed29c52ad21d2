"""The shop's support agent on LangGraph: a graph of model and tools, its state kept per conversation by a checkpointer."""

import asyncio

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolErrorMiddleware
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from openinference.instrumentation.langchain import LangChainInstrumentor

import shop
from telemetry import send_to_signalbox, serve_customers


async def main() -> None:
    provider = send_to_signalbox('shop-langgraph-py')
    LangChainInstrumentor().instrument()
    agent = create_agent(
        ChatOpenAI(model=shop.MODEL, base_url=shop.MODEL_URL, api_key=shop.MODEL_KEY),
        tools=[tool(shop.look_up_order), tool(shop.request_refund)],
        system_prompt=shop.PROMPT['text'],
        middleware=[ModelCallLimitMiddleware(run_limit=6), ToolErrorMiddleware(lambda error, _: f'error: {error}')],
        checkpointer=InMemorySaver(),
    )

    async def reply_to(message: str, session: str) -> str:
        config = {'configurable': {'thread_id': session}}
        state = await agent.ainvoke({'messages': [{'role': 'user', 'content': message}]}, config)
        return state['messages'][-1].content

    await serve_customers(reply_to)
    provider.shutdown()


asyncio.run(main())
