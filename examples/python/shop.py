"""The shop that all four agents work for: its prompt, its two tools, its conversations. No framework in here."""

import json
from pathlib import Path

SHOP = json.loads((Path(__file__).parent.parent / 'model' / 'shop.json').read_text())
INSTRUCTIONS = SHOP['prompt']['text']
MODEL = 'gpt-4o-mini'
RELEASE = '1.4.0'


def look_up_order(order_id: str) -> str:
    """Look up an order by its id, such as A-100: its status and its total in US dollars."""
    if order_id not in SHOP['orders']:
        raise LookupError(f'order {order_id} not found')
    return json.dumps(SHOP['orders'][order_id])


def request_refund(order_id: str, amount_usd: float, reason: str) -> str:
    """Request a refund of an amount in US dollars for an order. The shop decides about it within a day."""
    total = SHOP['orders'][order_id]['total_usd']
    if not 0 < amount_usd <= total:
        raise ValueError(f'error: order {order_id} cost {total:.2f} USD')
    return json.dumps({'refund_id': f'R-{order_id}', 'amount_usd': amount_usd, 'reason': reason})


def outcome_of(reply: str) -> dict[str, str | bool]:
    """How a conversation ended: one that a person must take over is not resolved."""
    handed_over = 'hand over to a person' in reply
    return {
        'signalbox.outcome.result': 'unresolved' if handed_over else 'resolved',
        'signalbox.outcome.escalated': handed_over,
    }
