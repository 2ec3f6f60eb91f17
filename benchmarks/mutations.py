"""How can a file be broken?  In its bytes, in its lines, and in what stands where: each a little, by given chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from ruamel.yaml import YAML

CHANGES = (1, 1, 1, 2, 2, 3, 6)  # of one file; mostly few, so that some files are still taken
TEXTS = """
null
~
none
never
yes
true
nan
.nan
.inf
-.inf
-0.0
0
-1
1
1e308
1e-320
99999999999999999999
0x10
1_000
١٢
%
100%
100.0001%
-1%
1e400%
5 %
0 days
1 day
1e12 years
-3 months
1000 per day
2 per month
0.5 per
per month
99.999999999999999% per month
1 fortnight
1/0
2026-01-01
2026-02-30
0001-01-01
2200-12-01
9999-12-31
99999-01-01
2026-01-01T00:00
month 12
month 0
month 9
month 9999
Month 9
other
smb
vendor
day/month/year
month/day/year
EUR
0.92 EUR per USD
1.09 USD per EUR
0 USD per EUR
1e300 USD per EUR
1 USD per USD
{like: smb}
{like: startup}
{like: enterprise, accounts: 3}
{like: none}
{by_segment: {other: 5%}}
{by_segment: {other: 5% per month}}
{at: month 5, slip: 30 days}
10 USD
0.001 USD
1e15 USD
10 EUR
USD
[]
{}
[[]]
{a: {}}
[1, 2
{
}
- -
? a
bottom_up
scenario.yaml
../scenario.yaml
/dev/zero
/dev/stdin
accounts.csv
accounts.csv:seats
draws.csv
a/../../b
.
=1+1
@sum
<script>
$(reboot)
$x_{a$
'
"
''
#
&a
*a
!!python/object:os.system x
!a b
\N{RIGHT-TO-LEFT OVERRIDE}
\N{ZERO WIDTH NO-BREAK SPACE}
é
\N{GRINNING FACE}
\x00
\ud800
\x1b[31m
\x85
\N{LINE SEPARATOR}
\t
\r
|
>-
---
...
%YAML 9.9
:
{uncertain: {normal: {mean: 1, sd: 1e300}}}
{uncertain: {uniform: {low: 0, high: 1}}}
{uncertain: {uncertain: {beta: {mean: 50%, cv: 9}}}}
{uniform: {low: 1 day, high: 1000000 days}}
{uniform: {low: 0%, high: 100%}}
{lognormal: {median: 9, p90: 9}}
{lognormal: {median: 1 day, sigma: 20}}
{discrete: {1: 0, 2: 0}}
{discrete: {1 day: 1, 2 days: 1e-300}}
{weibull: {median: 1 year, shape: 0.02}}
{gamma: {mean: 1 day, cv: 20}}
{hazard: 1 per day, heterogeneity_cv: 10}
{by_segment: {smb: 1}}
{empirical: accounts.csv}
{empirical: accounts.csv:eligible_users}
{complex: {exponent: 100, threshold: 0.000001%}}
{burr: {hazard: 9% per month, heterogeneity_cv: 10, shape: 0.05}}
{hazard: 9% per month, shape: 50}
{sd: 500%, persistence: 1}
{sd: 12%, persistence: -1, now: 0}
{reference: 0 USD, elasticity: 100}
{rate: 1 per day, min_users: 1, price: 0}
[{from_seats: 0, discount: 100%}]
[{at: month 2, add: 1, ramp: 1e6 months}]
{file: draws.csv}
1:4;7:6
0.3:0;
"""  # one a line, the empty text among them
ODD = [*TEXTS.split("\n"), "[" * 40, "{a: " * 40, "(" * 3000, "9" * 400, "a" * 20_000, "- " * 200]
SCALES = ("0", "-1", "1e6", "1e18", "0.0000001", "1e999")


def bytes_changed(random: Random, data: bytes, other: bytes) -> bytes:
    """The file with some bytes flipped, lost, doubled, replaced, or taken from another; now and then cut off."""
    for _ in range(random.choice(CHANGES)):
        first = random.randrange(len(data) + 1)
        last = min(len(data), first + random.choice((1, 1, 2, 8, 64, 1024)))
        data = data[:first] + part_changed(random, data[first:last], other) + data[last:]
    return data[: random.randrange(len(data))] if data and random.random() < 0.05 else data


def part_changed(random: Random, part: bytes, other: bytes) -> bytes:
    """What stands instead of some bytes."""
    start = random.randrange(len(other))
    return random.choice(
        (
            bytes(byte ^ (1 << random.randrange(8)) for byte in part),
            b"",
            part * random.choice((2, 2, 3, 50)),
            random.randbytes(random.choice((1, 2, 8))),
            other[start : start + random.choice((8, 64, 512))],
            encoded(random.choice(ODD)) + part,
        )
    )


def lines_changed(random: Random, data: bytes, other: bytes) -> bytes:
    """The file with some lines lost, doubled, swapped, indented, taken from another, or with another value."""
    lines, foreign = data.split(b"\n"), other.split(b"\n")
    for _ in range(random.choice(CHANGES)):
        place, elsewhere = random.randrange(len(lines)), random.randrange(len(lines))
        line, choice = lines[place], random.randrange(8)
        if choice == 0 and len(lines) > 1:
            del lines[place]
        elif choice == 1:
            lines.insert(elsewhere, line)
        elif choice == 2:
            lines[place], lines[elsewhere] = lines[elsewhere], line
        elif choice == 3:
            lines[place] = random.choice((b" " * random.choice((1, 2, 4)) + line, line[2:]))
        elif choice == 4:
            lines.insert(place, random.choice(foreign))
        else:
            lines[place] = cell_changed(random, line)
    return b"\n".join(lines)


def cell_changed(random: Random, line: bytes) -> bytes:
    """The line with one of its values, between colons, commas or braces, an odd one."""
    ends = [place for place, byte in enumerate(line) if byte in b":,{}[]"]
    first = random.choice(ends) + 1 if ends else 0
    last = next((end for end in ends if end >= first), len(line))
    return line[:first] + b" " * random.randrange(2) + encoded(random.choice(ODD)) + line[last:]


def setting_changed(random: Random, setting: str) -> bytes:
    """The override with a part of its path or of its value an odd one, or as it is."""
    path, _, value = setting.partition("=")
    choice = random.randrange(6)
    if choice == 0:
        value = random.choice(ODD)
    elif choice == 1:
        steps = path.split(".")
        steps[random.randrange(len(steps))] = random.choice(ODD)
        path = ".".join(steps)
    elif choice == 2:
        path = path[: random.randrange(len(path))] + path[random.randrange(len(path)) :]
    elif choice == 3:
        value = number_changed(random, value)
    elif choice == 4:
        return bytes_changed(random, setting.encode(), value.encode() or b"none").replace(b"\n", b" ")
    return encoded(f"{path}={value}".replace("\n", " "))


def tree_changed(random: Random, data: bytes, other: bytes) -> bytes:
    """The scenario with some values lost, renamed, moved, doubled or replaced; well-formed, most of the time."""
    tree, foreign = tree_of(data), tree_of(other)
    for _ in range(random.choice(CHANGES)):
        places = list(places_in(tree))
        if not places:
            break
        donor, wanted = random.choice(list(places_in(foreign)) if random.random() < 0.3 else places)
        given = json.loads(json.dumps(donor[wanted]))  # a copy: nothing may hold itself
        value_changed(random, *random.choice(places), str(wanted), given)
    return encoded(json.dumps(tree, ensure_ascii=random.random() < 0.5))


def encoded(text: str) -> bytes:
    """The text as UTF-8, what UTF-8 does not have as an escape."""
    return text.encode("utf-8", "backslashreplace")


def value_changed(random: Random, holder: Any, key: Any, wanted: str, given: Any) -> None:
    """Nothing; what the holder has under the key is another thing, or elsewhere; `given` is another's, of `wanted`."""
    choice = random.randrange(7)
    if choice == 0:
        del holder[key]
    elif choice == 1:
        holder[key] = random.choice(ODD)
    elif choice == 2:
        holder[key] = given
    elif choice == 3 and isinstance(holder, dict):
        holder[random.choice((wanted, random.choice(ODD), str(key)[:-1]))] = holder.pop(key)
    elif choice == 4:
        holder[key] = random.choice(([holder[key]], {wanted: holder[key]}, [given] * 30, {"uncertain": holder[key]}))
    else:
        holder[key] = number_changed(random, holder[key])


def number_changed(random: Random, value: Any) -> Any:
    """The value with its number another one, its unit kept."""
    first, _, rest = str(value).partition(" ")
    digits = first.rstrip("%")
    scale = random.choice((*SCALES, "." + digits, digits + "9" * 12, "-" + digits, "1" + digits, digits + "0"))
    return f"{scale}{first[len(digits) :]} {rest}".strip()


def places_in(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of the tree that has a value: what holds it, and its key there."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places_in(tree[key])


@cache
def text_of(data: bytes) -> str:
    """The file's tree as JSON; dates are texts."""
    return json.dumps(YAML(typ="safe", pure=True).load(data), default=str)


def tree_of(data: bytes) -> Any:
    """The tree of a file that is as it should be, to be changed."""
    return json.loads(text_of(data))
