"""Which tree comes of a file, what it extends, and what is set on top of it? Knows keys and paths, but no values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from forecast.errors import Problem, nearest, quoted
from forecast.scenario.leaves import Leaf
from forecast.scenario.place import is_name
from forecast.scenario.presets import shipped
from forecast.scenario.schema import ScenarioFile
from forecast.scenario.shape import Entry, entries
from forecast.scenario.source import Node, Source, node_of, read_bytes, read_text, read_tree

Complain = Callable[[Problem], None]
ROOT = Entry("block", ScenarioFile, None, None, False)
FORMS = (("invites", "acceptance"), ("hazard", "heterogeneity_cv"), ("at", "slip"))
LONGEST_CHAIN = 20


def tree_of(path: Path, label: str, complain: Complain, chain: tuple[Path, ...] = ()) -> Node | None:
    """The file's tree, merged into what it extends; None after a complaint about the file as a whole."""
    data = read_bytes(path, label, complain)
    text = None if data is None else read_text(data, label, complain)
    tree = None if text is None else read_tree(text, Source(label, path.parent), complain)
    if tree is None or not isinstance(tree.value, dict):
        if tree is not None:
            complain(Problem(label, tree.line, None, tree.found, "a block of keys and values"))
        return None
    if "extends" not in tree.mapping:
        return tree
    base = extended(tree.mapping["extends"], (*chain, path.resolve()), complain)
    if base is None:
        return None
    own = {key: part for key, part in tree.mapping.items() if key != "extends"}
    inherited = {key: part for key, part in base.mapping.items() if key not in ("name", "description")}
    return merged(base.holding(inherited), tree.holding(own), ROOT)


def extended(node: Node, chain: tuple[Path, ...], complain: Complain) -> Node | None:
    """The tree of what `extends` names: a file beside this one, or a shipped scenario."""
    named = node.text or ""
    beside, known = node.source.folder / named, shipped()
    problem = ""
    try:
        found = beside if named and beside.exists() else known.get(named)
    except (OSError, ValueError):
        found = None
    if found is None:
        problem = f"a file that exists, or one of {', '.join(known) or 'the shipped scenarios'}"
    elif found.resolve() in chain:
        problem = "a file that does not lead back to this one"
    elif len(chain) >= LONGEST_CHAIN:
        problem = f"at most {LONGEST_CHAIN} files that extend each other"
    if problem or found is None:
        complain(Problem(node.source.label, node.line, "extends", node.found, problem, nearest(named, known)))
        return None
    label = str(Path(node.source.label).parent / named) if found == beside else found.name
    return tree_of(found, label, complain, chain)


def merged(base: Node, over: Node, entry: Entry) -> Node:
    """The tree `over` on top of `base`: blocks entry by entry, values and lists as a whole."""
    if entry.sort == "leaf":
        return merged_value(base, over)
    if entry.sort == "list" or not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    known = entries(entry.model) if entry.sort == "block" and entry.model else {}
    both = dict(base.mapping)
    for key, part in over.mapping.items():
        under = known.get(key) if entry.sort == "block" else entry.inner
        both[key] = merged(both[key], part, under) if key in both and under else part
    return over.holding(both)


def merged_value(base: Node, over: Node) -> Node:
    """A value on top of another: parts by segment and blocks of the same form part by part, all else as a whole."""
    ours, theirs = over.mapping, base.mapping
    if list(ours) == list(theirs) == ["by_segment"]:
        parts = merged_parts(theirs["by_segment"], ours["by_segment"])
        return over.holding({"by_segment": parts})
    if ours and any(set(ours) <= set(form) and theirs and set(theirs) <= set(form) for form in FORMS):
        return over.holding({**theirs, **ours})
    return over


def merged_parts(base: Node, over: Node) -> Node:
    """The parts of a `by_segment` on top of another's."""
    if not isinstance(over.value, dict) or not isinstance(base.value, dict):
        return over
    parts = dict(base.mapping)
    for name, part in over.mapping.items():
        parts[name] = merged_value(parts[name], part) if name in parts else part
    return over.holding(parts)


def overridden(tree: Node, overrides: Sequence[str], complain: Complain) -> Node:
    """The tree with every `PATH=VALUE` set, in order."""
    for override in overrides:
        path, equals, text = override.partition("=")
        path = path.strip()
        source = Source("--set", tree.source.folder)
        if not equals or not path:
            complain(Problem("--set", None, None, quoted(override), "PATH=VALUE, such as `pricing.paid=25 USD`"))
            continue
        found: list[Problem] = []
        value = read_tree(text, source, found.append)
        for problem in found:
            complain(Problem("--set", None, path, problem.found, problem.allowed))
        if value is None:
            continue
        if value.value == {} and not text.strip().startswith("{"):
            value = Node("", source)
        tree = put(tree, path, without_lines(value), complain)
    return tree


def without_lines(node: Node) -> Node:
    """The tree without line numbers: a value of the command line has none."""
    if isinstance(node.value, dict):
        return Node({key: without_lines(part) for key, part in node.mapping.items()}, node.source)
    if isinstance(node.value, list):
        return Node([without_lines(item) for item in node.items], node.source)
    return Node(node.value, node.source, None, node.plain)


def put(tree: Node, path: str, value: Node, complain: Complain) -> Node:
    """The tree with the value at the path; unchanged after a complaint about the path."""
    words = path.split(".")
    steps, entry = followed(tree, words)
    rest = words[len(steps) :]
    if entry is None or (rest and entry.sort != "leaf"):
        known = known_here(tree, steps, entry)
        guess = nearest(rest[0], known) if rest else None
        whole = ".".join([*steps, guess]) if guess else None
        complain(
            Problem("--set", None, path, f"the unknown name {quoted(rest[0])}", f"one of {', '.join(known)}", whole)
        )
        return tree
    if rest:
        new = within(value_at(tree, steps, entry), rest, value, tuple(segments_of(tree)))
        if new is None:
            complain(
                Problem(
                    "--set",
                    None,
                    path,
                    f"no {quoted('.'.join(rest))} there",
                    "a path that the scenario has, or a segment's name",
                )
            )
            return tree
        return replaced(tree, steps, new)
    overlay = value
    for word in reversed(steps):
        overlay = Node({word: overlay}, value.source)
    return merged(tree, overlay, ROOT)


OPEN = ("vendor.capabilities", "ban.reduced_by", "costs.capabilities")  # names need not be known from elsewhere


def followed(tree: Node, words: list[str]) -> tuple[list[str], Entry | None]:
    """How far the words lead through the format, and what stands there (None: at a name that is not known)."""
    entry, node, steps = ROOT, tree, list[str]()
    for word in words:
        if entry.sort in ("leaf", "list"):
            break
        if entry.sort == "block":
            assert entry.model
            under = entries(entry.model).get(word)
        else:
            known = word in node.mapping or (".".join(steps) in OPEN and is_name(word))
            under = entry.inner if known else None
        if under is None:
            return steps, entry if entry.sort != "leaf" else None
        steps.append(word)
        entry, node = under, node.mapping.get(word, Node({}, tree.source))
    return steps, entry


def known_here(tree: Node, steps: list[str], entry: Entry | None) -> list[str]:
    """The names that could follow the steps."""
    if entry is not None and entry.sort == "block" and entry.model:
        return list(entries(entry.model))
    node = tree
    for step in steps:
        node = node.mapping.get(step, Node({}, tree.source))
    return list(node.mapping)


def segments_of(tree: Node) -> list[str]:
    """The segments' names."""
    market = tree.mapping.get("market")
    segments = market.mapping.get("segments") if market else None
    return list(segments.mapping) if segments else []


def value_at(tree: Node, steps: list[str], entry: Entry) -> Node:
    """What stands at a leaf, or its default."""
    node = tree
    for step in steps:
        if step not in node.mapping:
            return default_at(steps, tree)
        node = node.mapping[step]
    return node


def default_at(steps: list[str], tree: Node) -> Node:
    """The default of a leaf."""
    entry = ROOT
    for step in steps:
        entry = entries(entry.model)[step] if entry.sort == "block" and entry.model else entry.inner
    return node_of(entry.default if entry.default is not None else "", tree.source)


def within(node: Node, words: list[str], value: Node, segments: tuple[str, ...]) -> Node | None:
    """The leaf's value with a part of it set; None when there is no such part."""
    if not words:
        return value
    word, rest = words[0], words[1:]
    if word in node.mapping:
        inner = within(node.mapping[word], rest, value, segments)
        return None if inner is None else node.holding({**node.mapping, word: inner})
    if list(node.mapping) == ["by_segment"] and word in segments:
        return within(node, ["by_segment", *words], value, segments)
    if word == "by_segment" and rest:
        word, rest = rest[0], rest[1:]
    if word not in segments:
        return None
    inner = within(node, rest, value, segments)
    parts = None if inner is None else {name: inner if name == word else node for name in segments}
    return None if parts is None else node.holding({"by_segment": node.holding(parts)})


def replaced(tree: Node, steps: list[str], value: Node) -> Node:
    """The tree with the value at the steps."""
    if not steps:
        return value
    inner = tree.mapping.get(steps[0], Node({}, tree.source))
    return tree.holding({**tree.mapping, steps[0]: replaced(inner, steps[1:], value)})


__all__ = ["Leaf"]
