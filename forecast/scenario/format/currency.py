"""A base in another currency than the file on top of it: its amounts converted by `fx`, or taken over as they are.

Knows how amounts are written, and where there are none; reads no other values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from forecast.errors import quoted
from forecast.scenario.format.draws import drawn_amounts
from forecast.scenario.format.paths import declared
from forecast.scenario.text.empirical import with_empirical_values
from forecast.scenario.text.location import Location, ReadContext
from forecast.scenario.text.yaml_tree import Node
from forecast.scenario.values.units import NUMBER, is_in_thousands

FX, CURRENCY, DEFAULT = "fx", "currency", "USD"
_FX_FORM = re.compile(rf"({NUMBER})\s*([A-Z]{{3}})\s+per\s+([A-Z]{{3}})", re.ASCII)
_LEAST_RATE, _MOST_RATE = Decimal("0.000001"), Decimal(1_000_000)
_LARGEST_AMOUNT = Decimal(10) ** 15  # what is larger is out of range in any currency
_TEXTS = ("name", "description", "label")  # where an amount is only spoken of
_CENT = Decimal("0.01")
_PER_UNIT = (declared("pricing.usage.price"), declared("costs.usage"))  # amounts that may be fractions of a cent
_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_UP)


def in_own_currency(base: Node, over: Node, context: ReadContext) -> tuple[Node, Node, str]:
    """The base with its amounts in the currency of the file, the file without `fx`, and in words what was done."""
    own, theirs = _currency(over), _currency(base) or DEFAULT
    rate, location = over.mapping.get(FX), Location(context, FX)
    above = over.with_value({key: part for key, part in over.mapping.items() if key != FX})
    if own is None or own == theirs or not base.mapping:
        if rate is not None:
            advice = f"all amounts are in {quoted(own or theirs)}; give another `currency`, too"
            location.not_allowed(rate, f"`{FX}`", advice)
        return base, above, ""
    factor = None if rate is None else _factor(rate, (theirs, own), location)
    if rate is not None and _has_accounts_file(base) and not _has_accounts_file(over):
        advice = "the prices in the accounts file of the base are not converted: give an `accounts_file` of your own"
        location.not_allowed(rate, f"`{FX}`", advice)
    amounts = drawn_amounts(base) if rate is not None else []
    if rate is not None and amounts:
        advice = (
            f"the draws of {quoted(amounts[0])} are not converted: give `draws` of your own, or `draws: {{file: none}}`"
        )
        location.not_allowed(rate, f"`{FX}`", advice)
    in_cents: list[str] = []
    per_unit: list[str] = []
    exchanges = (
        _exchange((theirs, own), factor, _to_cents, in_cents),
        _exchange((theirs, own), factor, _to_six_digits, per_unit),
    )
    base = _with_amounts(with_empirical_values(base, context.report), exchanges)
    examples = [*in_cents, *per_unit]
    if not examples:
        return base, above, ""
    counted = f"{len(examples)} amount{'s' if len(examples) > 1 else ''} of the base"
    if factor is None:
        how = f"taken over as they are, {examples[0]}; give a rate with `fx: 0.9 {own} per {theirs}`"
    else:
        digits = "whole cents, prices per unit to six digits" if per_unit else "whole cents"
        how = f"converted with {rate.text if rate else ''} and rounded to {digits}, {examples[0]}"
    return base, above, f"{counted} {'are' if len(examples) > 1 else 'is'} {how}"


def _currency(tree: Node) -> str | None:
    """The currency of a tree; None where it has none that can be read."""
    node = tree.mapping.get(CURRENCY)
    return node.text if node and node.text and re.fullmatch("[A-Z]{3}", node.text) else None


def _has_accounts_file(tree: Node) -> bool:
    """Whether a tree says something of an accounts file, or of none."""
    market = tree.mapping.get("market")
    return bool(market and "accounts_file" in market.mapping)


def _factor(node: Node, pair: tuple[str, str], location: Location) -> Decimal:
    """By what an amount is multiplied; 1 after a problem."""
    theirs, own = pair
    found = _FX_FORM.fullmatch(" ".join((node.text or "").split()))
    rate = Decimal(found[1]) if found else Decimal(0)
    if found and _LEAST_RATE <= rate <= _MOST_RATE and {found[2], found[3]} == {theirs, own}:
        return rate if found[2] == own else 1 / rate
    number, _, units = (node.text or "").strip().partition(" ")
    written = f"{number.replace(',', '.')} {units.upper().replace(' PER ', ' per ')}"
    near = written if number.count(",") < 2 and written != node.text and _FX_FORM.fullmatch(written) else None
    limits = f"at least {_LEAST_RATE}, at most {_MOST_RATE}"
    location.wrong_value(node, f"what one {theirs} is worth, such as `0.9 {own} per {theirs}`, {limits}", near)
    return Decimal(1)


def _to_cents(amount: Decimal) -> str:
    """An amount in whole cents, half up."""
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):f}".removesuffix(".00")


def _to_six_digits(amount: Decimal) -> str:
    """An amount to six digits; with a fourth one behind the point where three could be thousands."""
    text = f"{_SIX_DIGITS.create_decimal(amount):f}"
    return f"{text}0" if is_in_thousands(text) else text


def _exchange(
    currencies: tuple[str, str], factor: Decimal | None, rounded: Callable[[Decimal], str], examples: list[str]
) -> Callable[[str], str]:
    """What puts an amount in the other of two currencies, and notes it among the examples; other texts stay."""
    theirs, own = currencies
    form = re.compile(rf"\s*({NUMBER})\s*{theirs}((?:\s+per\s+[a-z]+)?)\s*", re.ASCII)

    def exchanged(text: str) -> str:
        found = form.fullmatch(text)
        if not found:
            return text
        amount = found[1]
        if factor is not None and abs(Decimal(amount)) < _LARGEST_AMOUNT:
            amount = rounded(Decimal(amount) * factor)
        written = f"{amount} {own}{found[2]}"
        examples.append(f"{quoted(text.strip())} as {quoted(written)}")
        return written

    return exchanged


def _with_amounts(node: Node, exchanges: tuple[Callable[[str], str], Callable[[str], str]], path: str = ".") -> Node:
    """The tree with every amount exchanged, in cents or per unit; keys of discrete distributions are values too."""
    exchanged = exchanges[any(f".{per_unit}." in path for per_unit in _PER_UNIT)]
    if isinstance(node.value, list):
        return node.with_value([_with_amounts(item, exchanges, path) for item in node.items])
    if isinstance(node.value, dict):
        changed: dict[str, Node] = {}
        for key, part in node.mapping.items():
            new = part if key in _TEXTS else _with_amounts(part, exchanges, f"{path}{key}.")
            name = exchanged(key)
            changed[name] = _sum(changed[name], new) if name in changed else new  # two that round to the same cent
        return node.with_value(changed)
    text = node.text
    new_text = exchanged(text) if text else text
    return node if new_text is None or new_text == text else node.with_value(new_text)


def _sum(weight: Node, other: Node) -> Node:
    """The sum of two weights."""
    texts = (weight.text or "", other.text or "")
    numbers = all(re.fullmatch(NUMBER, text, re.ASCII) for text in texts)
    return weight.with_value(f"{sum(map(Decimal, texts)):f}") if numbers else other
