"""Does what a user does, one JSON command per line on standard input; runs inside the root."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import inspecting

from widgets import (
    BUTTONS,
    LABELS,
    SWITCHES,
    act,
    children,
    find,
    has_state,
    labelled,
    labels,
    name,
    plain,
    role,
    scroll_to,
    text_of,
    until,
    walk,
    windows,
)


def wait_menu_bar(seconds: float) -> None:
    _menu_bar(seconds)


def menu(path: list[str], activate: bool) -> bool:
    """Activate an entry without opening the menus on screen; False when it is greyed out."""
    node = _menu_bar(5)
    for entry in path:
        entries = [child for child in children(node) if plain(name(child))]
        hits = [child for child in entries if plain(name(child)) == plain(entry)]
        if not hits:
            raise LookupError(f"no entry {entry!r} among {[name(child) for child in entries]}")
        node = hits[0]
    sensitive = has_state(node, "SENSITIVE")
    if sensitive and activate:
        node.do_action(0)
    return sensitive


def _menu_bar(seconds: float) -> Any:
    missing = "no window has a menu bar"
    return until(lambda: [bar for top in windows() for bar in _menu_bars(top)], seconds, missing)[0]


def _menu_bars(node: Any, depth: int = 0) -> list[Any]:
    if role(node) == "menu bar":
        return [node]
    return [bar for child in children(node) for bar in _menu_bars(child, depth + 1)] if depth < 5 else []


def press(button: str, window: str | None) -> None:
    act(find(button, BUTTONS, window))


def toggle(label: str, window: str | None, on: bool | None) -> None:
    scroll_to(label, SWITCHES, window)
    node = find(label, SWITCHES, window)
    if on is None or on != _is_on(node):
        act(node)


def focus(label: str, window: str | None) -> None:
    """Give the keyboard to the button of that name, wherever it is scrolled to."""
    scroll_to(label, (*BUTTONS, *SWITCHES), window)
    find(label, (*BUTTONS, *SWITCHES), window).get_component_iface().grab_focus()


def turn_to(page: str, window: str | None) -> None:
    """Turn to the page of that title."""
    tab = find(page, ("page tab",), window)
    book = tab.get_parent()
    book.get_selection_iface().select_child(tab.get_index_in_parent())


def _is_on(node: Any) -> bool:
    return has_state(node, "CHECKED") or has_state(node, "PRESSED")


def set_value(label: str, number: float, window: str | None) -> float:
    for node in labelled(label, window):
        value = node.get_value_iface()
        if value:
            value.set_current_value(number)
            return float(value.get_current_value())
    raise LookupError(f"{label!r} labels no number")


def set_text(label: str, text: str, window: str | None) -> None:
    for node in labelled(label, window):
        if node.get_editable_text_iface():
            node.set_text_contents(text)
            return
    raise LookupError(f"{label!r} labels no text entry")


def choose(label: str, item: str, window: str | None) -> None:
    boxes = [node for node in labelled(label, window) if role(node) == "combo box"]
    if not boxes:
        raise LookupError(f"{label!r} labels no combo box")
    items = [entry for part in children(boxes[0]) for entry in (part, *children(part))]
    for entry in items:
        if role(entry) == "menu item" and plain(name(entry)) == plain(item):
            entry.do_action(0)
            return
    raise LookupError(f"{label!r} offers only {[name(entry) for entry in items if name(entry)]}")


def read(label: str, window: str | None) -> Any:
    """What a widget shows: a switch as a truth value, a number, a text, or the item of a combo box."""
    node = labelled(label, window)[0]
    if role(node) in SWITCHES:
        return _is_on(node)
    if node.get_value_iface():
        return node.get_value_iface().get_current_value()
    if role(node) == "combo box":
        return name(node.get_selection_iface().get_selected_child(0))
    return text_of(node)


def choose_file(window: str, current: str, path: str, accept: str) -> None:
    before = [name(top) for top in windows()]
    act(find(current, BUTTONS, window))
    chooser = until(
        lambda: [top for top in windows() if name(top) not in before], 10, "no file chooser came"
    )[0]
    accept_file(name(chooser), path, accept)


def accept_file(window: str, path: str, accept: str) -> None:
    chooser = until(lambda: windows(window), 10, f"no window {window!r}")[-1]
    title = name(chooser)
    until(lambda: has_state(chooser, "ACTIVE"), 5, f"{title!r} does not get the focus")
    key("ctrl+l")

    def location() -> Any:
        entries = [node for node, _ in walk(chooser) if role(node) == "text"]
        return entries[0] if entries else None

    def accepted() -> bool:
        # A click has no effect while the chooser still reads the folder.
        for top in windows(title):
            for node, _ in walk(top):
                if role(node) in BUTTONS and plain(name(node)) == plain(accept):
                    node.do_action(0)
        time.sleep(0.1)
        return not windows(title)

    until(location, 5, f"{title!r} asks for no path").set_text_contents(path)
    until(accepted, 10, f"{title!r} does not accept {path!r}")


def wait_window(title: str, seconds: float) -> str:
    return name(until(lambda: windows(title), seconds, f"no window {title!r} in {seconds:g} s")[-1])


def wait_gone(title: str, seconds: float) -> None:
    until(lambda: not windows(title), seconds, f"the window {title!r} is still there after {seconds:g} s")


def list_windows() -> list[tuple[str, str]]:
    return [(role(top), name(top)) for top in windows()]


def texts(window: str | None) -> list[str]:
    nodes = [node for top in windows(window) for node, _ in walk(top) if role(node) in LABELS]
    return [text for text in map(text_of, nodes) if text]


def is_sensitive(label: str, roles: list[str], window: str | None) -> bool:
    return has_state(find(label, tuple(roles), window), "SENSITIVE")


def key(keys: str, window: str | None = None) -> None:
    if window is not None:
        tops = until(lambda: windows(window), 5, f"no window {window!r}")
        command = ["xdotool", "search", "--onlyvisible", "--name", name(tops[-1]).replace("*", ".")]
        subprocess.run([*command, "windowactivate", "--sync"], check=True, timeout=10)
    subprocess.run(["xdotool", "key", *keys.split()], check=True, timeout=10)


def drag(start: list[int], end: list[int]) -> None:
    """Press the mouse's button at one place of the screen and let it go at another."""
    subprocess.run(["xdotool", "mousemove", *map(str, start), "mousedown", "1"], check=True, timeout=10)
    for part in range(1, 11):  # a drag begins only when the mouse has gone some way
        place = (round(a + (b - a) * part / 10) for a, b in zip(start, end))
        subprocess.run(["xdotool", "mousemove", *map(str, place)], check=True, timeout=10)
        time.sleep(0.05)
    subprocess.run(["xdotool", "mouseup", "1"], check=True, timeout=10)


def opening(path: list[str], title: str, seconds: float) -> float:
    """Choose a menu entry; the answer is how long it took until the window of that title was there."""
    began = time.monotonic()
    menu(path, True)
    until(lambda: windows(title), seconds, f"no window {title!r} in {seconds:g} s")
    return time.monotonic() - began


def screenshot(path: str) -> None:
    subprocess.run(["import", "-window", "root", path], check=True, timeout=20)


def tree(window: str | None) -> str:
    return "\n".join(_line(node, depth) for top in windows(window) for node, depth in walk(top))


def _line(node: Any, depth: int) -> str:
    value = node.get_value_iface()
    shown = f" = {value.get_current_value():g}" if value else ""
    known = " / ".join(dict.fromkeys(text for text in labels(node) if text))
    greyed = "" if has_state(node, "SENSITIVE") else " (greyed out)"
    return f"{'  ' * depth}{role(node)} {known!r}{shown}{greyed}"


COMMANDS = {
    function.__name__: function
    for function in (
        *(wait_menu_bar, menu, press, toggle, focus, turn_to, set_value, set_text, choose, read),
        *(choose_file, accept_file, wait_window, wait_gone, list_windows, texts, is_sensitive),
        *(key, screenshot, tree, drag, opening),
        *(inspecting.controls, inspecting.focused, inspecting.extents, inspecting.window_place),
    )
}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": COMMANDS[request["do"]](**request["with"])}
        except Exception as error:  # any failure belongs to the test that has sent the command
            answer = {"error": f"{type(error).__name__}: {error}", "windows": list_windows()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
