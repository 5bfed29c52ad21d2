"""The shop that all four agents work for: its prompt, its two tools, its conversations. No framework in here."""

import json
import os
import time
from pathlib import Path
from uuid import uuid4

SHOP = json.loads((Path(__file__).parent.parent / 'model' / 'shop.json').read_text())
PROMPT = SHOP['prompt']  # name, version, text
# An id that no other run has: what is sent twice under one id is one interaction.
CONVERSATIONS = [{**one, 'id': f'{one["id"]}-{uuid4()}'} for one in SHOP['conversations']]
RELEASE = '1.4.0'
MODEL = 'gpt-4o'
MODEL_URL = f'{os.environ["MODEL_URL"]}/v1'
MODEL_KEY = os.environ.get('OPENAI_API_KEY', 'none')


def look_up_order(order_id: str) -> str:
    """Finds an order by its number."""
    time.sleep(0.02)
    if order_id not in SHOP['orders']:
        raise LookupError(f'order {order_id} not found')
    return json.dumps(SHOP['orders'][order_id])


def request_refund(order_id: str, amount_usd: float, reason: str) -> str:
    """Asks for money back for an order that was looked up."""
    time.sleep(0.02)
    return json.dumps({'refund_id': f'R-{order_id}', 'amount_usd': amount_usd, 'status': 'requested'})


def outcome_of(reply: str) -> dict[str, str | bool]:
    """How a conversation ended, as the shop sees it: what a person has to finish is not resolved."""
    handed_over = 'hand over to a person' in reply
    return {
        'signalbox.outcome.result': 'unresolved' if handed_over else 'resolved',
        'signalbox.outcome.escalated': handed_over,
    }
