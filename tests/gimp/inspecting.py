"""What a screen reader is told of widgets, and where they are on the screen; runs inside the root."""

from __future__ import annotations

from typing import Any

from widgets import Atspi, GLib, children, has_state, labels, name, role, showing, until, walk, windows

Control = dict[str, Any]


def controls(window: str) -> list[Control]:
    """All widgets to be seen now in the newest window of that title, or by scrolling in it."""
    return [_described(node, parents) for node, parents in _walk(_newest(window), ())]


def focused(window: str) -> Control | None:
    """What has the focus of the keyboard; None also while a combo box has it, which does not tell."""
    for node, parents in _walk(_newest(window), ()):
        if has_state(node, "FOCUSED"):
            return _described(node, parents)
    return None


def extents(label: str, window: str) -> list[int]:
    """Left, top, width and height on the screen of the widget of that name, or with that label."""
    return until(
        lambda: [
            _place(node) for node, _ in walk(_newest(window)) if label in labels(node) and _place(node)[2] > 1
        ],
        10,
        f"nothing is named {label!r} in {window!r}",
    )[0]


def window_place(window: str) -> list[int]:
    """Left, top, width and height of a window on the screen, without its frame."""
    return _place(_newest(window))


def _newest(window: str) -> Any:
    return until(lambda: windows(window), 10, f"no window {window!r}")[-1]


def _walk(node: Any, parents: tuple[Any, ...]) -> Any:
    yield node, parents
    for child in children(node):
        in_view = bool(_views((*parents, node))) and has_state(child, "VISIBLE")
        if role(child) not in ("menu bar", "menu") and (showing(child) or in_view):
            yield from _walk(child, (*parents, node))


def _views(parents: tuple[Any, ...]) -> list[int]:
    return [place for place, parent in enumerate(parents) if role(parent) == "viewport"]


def _sideways(parents: tuple[Any, ...]) -> bool:
    """Whether this is in a row that scrolls sideways, within what scrolls up and down."""
    return len(_views(parents)) > 1


def _described(node: Any, parents: tuple[Any, ...]) -> Control:
    x, y, *_size = _place(node)
    views = _views(parents)
    # From within outwards, to what is scrolled and from there to the part that one sees of it.
    for view in reversed(views):
        if view + 1 < len(parents):
            (left, top), (seen_left, seen_top) = _place(parents[view + 1])[:2], _place(parents[view])[:2]
            x, y = x - left + seen_left, y - top + seen_top
    left, top, *_size = _place(parents[views[0]] if views else parents[0] if parents else node)
    return {
        "role": role(node),
        "name": name(node),
        "labels": [text for text in labels(node)[1:] if text],
        "tooltip": _tooltip(node) or next(filter(None, map(_tooltip, reversed(parents))), ""),
        "keys": _keys(node),
        "works": has_state(node, "FOCUSABLE") or bool(_keys(node)),
        "sensitive": has_state(node, "SENSITIVE"),
        "place": _place(node),
        "scrolls": bool(views),
        "sideways": _sideways(parents),
        # In what is scrolled, wherever that is now, or in the window.
        "spot": [x - left, y - top],
    }


def _tooltip(node: Any) -> str:
    try:
        return str(node.get_description() or "")
    except GLib.Error:
        return ""


def _keys(node: Any) -> list[str]:
    action = node.get_action_iface()
    try:
        found = [str(action.get_key_binding(n)) for n in range(action.get_n_actions())] if action else []
    except GLib.Error:
        return []
    return sorted(set(filter(None, found)))


def _place(node: Any) -> list[int]:
    if not node.get_component_iface():
        return [0, 0, 0, 0]
    box = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
    return [box.x, box.y, box.width, box.height]
