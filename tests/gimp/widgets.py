"""Find and read widgets in the accessible tree of all running programs; runs inside the root."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

Node = Any  # Atspi.Accessible: the bindings carry no types
Found = TypeVar("Found")

BUTTONS = ("push button", "button")
SWITCHES = ("check box", "toggle button", "radio button", "switch")
LABELS = ("label", "static", "progress bar", "status bar", "heading", "info bar")

Atspi.init()
# On a busy machine GIMP does not always answer within the default of 0.8 s.
Atspi.set_timeout(5000, 15000)


def plain(text: str | None) -> str:
    """A text without mnemonics, so that both spellings of a label match."""
    return (text or "").replace("_", "").replace("...", "…").strip()


def children(node: Node) -> Iterator[Node]:
    try:
        count = node.get_child_count()
    except GLib.Error:
        return
    for index in range(count):
        try:
            child = node.get_child_at_index(index)
        except GLib.Error:
            continue
        if child:
            yield child


def walk(node: Node, depth: int = 0) -> Iterator[tuple[Node, int]]:
    """All visible nodes below, without menus: those have thousands of entries and a way of their own."""
    yield node, depth
    for child in children(node):
        if role(child) not in ("menu bar", "menu") and showing(child):
            yield from walk(child, depth + 1)


def role(node: Node) -> str:
    try:
        return str(node.get_role_name())
    except GLib.Error:
        return ""


def name(node: Node) -> str:
    try:
        return str(node.get_name() or "")
    except GLib.Error:
        return ""


def has_state(node: Node, state: str) -> bool:
    try:
        return bool(node.get_state_set().contains(getattr(Atspi.StateType, state)))
    except GLib.Error:
        return False


def showing(node: Node) -> bool:
    return has_state(node, "SHOWING") and has_state(node, "VISIBLE")


def forget() -> None:
    """Drop what the library has cached: without a running main loop no event ever corrects it.

    Switching the cache off instead makes version 2.56 of the library wait for itself.
    """
    context = GLib.MainContext.default()
    while context.pending():
        context.iteration(False)
    Atspi.get_desktop(0).clear_cache()


def windows(title: str | None = None) -> list[Node]:
    """The visible windows of all programs, the oldest first; `*` before a title marks an unsaved image."""
    forget()
    found = [window for app in children(Atspi.get_desktop(0)) for window in children(app) if showing(window)]
    if title is None:
        return found
    return [
        window for window in found if plain(name(window)).lstrip("*").startswith(plain(title).lstrip("*"))
    ]


def until(attempt: Callable[[], Found | None], seconds: float, missing: str) -> Found:
    end = time.monotonic() + seconds
    while True:
        found = attempt()
        if found:
            return found
        if time.monotonic() > end:
            raise LookupError(missing)
        time.sleep(0.03)


def find(wanted: str, roles: tuple[str, ...], window: str | None = None, seconds: float = 10) -> Node:
    """The widget of that name, or else the first whose name begins so; the newest window comes first."""

    def attempt() -> Node | None:
        near = None
        for top in reversed(windows(window)):
            for node, _ in walk(top):
                if role(node) in roles:
                    text = plain(name(node))
                    if text == plain(wanted):
                        return node
                    if near is None and text.startswith(plain(wanted)):
                        near = node
        return near

    return until(attempt, seconds, f"no {'/'.join(roles)} named {wanted!r} in {window or 'any window'}")


def scroll_to(wanted: str, roles: tuple[str, ...], window: str | None, seconds: float = 10) -> None:
    """Brings the widget of that name into sight, as the keyboard would, if it is scrolled out of it."""

    def is_it(node: Node) -> bool:
        return role(node) in roles and plain(name(node)).startswith(plain(wanted))

    def attempt() -> bool:
        for top in reversed(windows(window)):
            nodes = [node for node, _ in walk(top)]
            if any(is_it(node) for node in nodes):
                return True
            for pane in (node for node in nodes if role(node) == "scroll pane"):
                inside = list(_below(pane))
                if any(map(is_it, inside)):
                    # Only another focus scrolls, and only once there is room: so twice, again and again.
                    for node in (
                        next(node for node in inside if role(node) in roles),
                        *filter(is_it, inside),
                    ):
                        node.get_component_iface().grab_focus()
        return False

    until(attempt, seconds, f"no {'/'.join(roles)} named {wanted!r} in {window or 'any window'}")


def _below(node: Node) -> Iterator[Node]:
    for child in children(node):
        yield child
        yield from _below(child)


def labelled(label: str, window: str | None = None, seconds: float = 10) -> list[Node]:
    """The widgets with that label before them, or with that name."""

    def attempt() -> list[Node]:
        return [
            node
            for top in reversed(windows(window))
            for node, _ in walk(top)
            if role(node) not in LABELS and plain(label).removesuffix(":") in labels(node)
        ]

    return until(attempt, seconds, f"nothing is labeled {label!r} in {window or 'any window'}")


def labels(node: Node) -> list[str]:
    """The name of a widget and the texts of the labels that belong to it, without colons."""
    texts = [name(node)]
    try:
        for relation in node.get_relation_set():
            if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
                texts += [name(relation.get_target(index)) for index in range(relation.get_n_targets())]
    except GLib.Error:
        pass
    return [plain(text).removesuffix(":") for text in texts]


def act(node: Node) -> None:
    """Do what a click does; a widget that is greyed out becomes an error instead of nothing."""
    until(lambda: has_state(node, "SENSITIVE"), 5, f"{role(node)} {name(node)!r} is greyed out")
    if not node.get_action_iface() or not node.do_action(0):
        raise LookupError(f"{role(node)} {name(node)!r} takes no click")


def text_of(node: Node) -> str:
    if not node.get_text_iface():
        return name(node)
    return str(Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node)))
