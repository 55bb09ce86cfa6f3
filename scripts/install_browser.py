"""Find a Chromium for the browser tests, or install one: Debian's package, else Playwright's own build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Do nothing where there is one."""
    if any(shutil.which(name) for name in NAMES):
        return
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo"]
        print("Installing Chromium for the browser tests")
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium", "fonts-dejavu-core"]):
            subprocess.run([*prefix, "apt-get", *arguments], check=True, stdout=subprocess.DEVNULL)
        return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
