"""Write `docs/api/` from the docstrings of the public names; with `--check`, only say whether it is current."""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path

import headwater as hw

FOLDER = Path(__file__).parents[1] / "docs" / "api"
_SECTION = re.compile(r"^(Args|Raises|Returns|Example|Yields):\s*$")
_TITLES = {"Args": "Parameters", "Raises": "Errors", "Returns": "Returns", "Example": "Example", "Yields": "Yields"}
_ENTRY = re.compile(r"^ {4}(\*{0,2}\w+): (.*)$")


def main() -> None:
    """Write the pages, or compare them."""
    pages = build_pages()
    stale = [name for name, text in pages.items() if _read(FOLDER / name) != text]
    left_over = [path.name for path in FOLDER.glob("*.md") if path.name not in pages]
    if "--check" in sys.argv:
        if stale or left_over:
            sys.exit(f"docs/api is not current ({', '.join([*stale, *left_over])}); run `make reference`.")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).write_text(text)
    for name in left_over:
        (FOLDER / name).unlink()


def build_pages() -> dict[str, str]:
    """The text of each page by its file: one for each module that public names come from, and the list of all."""
    modules: dict[str, list[str]] = {}
    for name in hw.__all__:
        if name != "__version__":
            modules.setdefault(_module(name), []).append(name)
    pages = {f"{_page(module)}.md": _module_page(module, names) for module, names in sorted(modules.items())}
    listed = ["# API reference", "", "The public names, `import headwater as hw`. Written by `make reference`.", ""]
    for name in sorted(hw.__all__, key=str.lower):
        if name != "__version__":
            summary = (inspect.getdoc(getattr(hw, name)) or "").splitlines()[0]
            listed.append(f"- [`{name}`]({_page(_module(name))}.md#{name.lower()}): {summary}")
    return {**pages, "README.md": "\n".join(listed) + "\n"}


def _module(name: str) -> str:
    module = getattr(getattr(hw, name), "__module__", "")
    return module if module.startswith("headwater.") else "headwater.others"


def _page(module: str) -> str:
    return module.removeprefix("headwater.").removeprefix("definitions.").replace(".", "-").replace("_", "-")


def _module_page(module: str, names: list[str]) -> str:
    about = "Other names." if module == "headwater.others" else inspect.getdoc(import_module(module)) or ""
    parts = [f"# {_page(module)}", "", about, ""]
    for name in names:
        value = getattr(hw, name)
        parts += [f"## {name}", "", *_signature(name, value), *_body(inspect.getdoc(value) or ""), ""]
        if inspect.isclass(value):
            parts += _methods(value)
    return "\n".join(parts).rstrip() + "\n"


def _signature(name: str, value: object) -> list[str]:
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return []
    try:
        text = f"{name}{inspect.signature(value)}"
    except (ValueError, TypeError):
        return []
    except NameError:
        # msgspec evaluates annotations, and some names are only there for type checkers.
        text = f"{name}({', '.join(getattr(value, '__struct_fields__', ()))})"
    # Default objects that say where they live in memory would make the page another one each time.
    return [] if " at 0x" in text else ["```python", text, "```", ""]


def _methods(cls: type) -> list[str]:
    """A line for each public method and property that the class itself defines and documents."""
    lines = []
    for name, member in sorted(vars(cls).items()):
        function = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
        if name.startswith("_") or not (inspect.isfunction(function) or isinstance(function, property)):
            continue
        if summary := (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " "):
            lines.append(f"- `.{name}{'' if isinstance(function, property) else '()'}`: {summary}")
    return ["Methods and attributes:", "", *lines, ""] if lines else []


def _body(doc: str) -> list[str]:
    """A docstring of the Google form as Markdown."""
    lines, section = [], ""
    for line in doc.splitlines():
        if found := _SECTION.match(line):
            if section == "Example":
                lines.append("```")
            section = found[1]
            lines += [f"**{_TITLES[section]}**", ""]
            lines += ["```python"] if section == "Example" else []
        elif section in ("Args", "Raises") and (entry := _ENTRY.match(line)):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif section in ("Args", "Raises") and line.startswith(" " * 8):
            lines.append(f"  {line.strip()}")
        else:
            lines.append(line.removeprefix("    ") if section else line)
    return [*lines, "```"] if section == "Example" else lines


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    main()
