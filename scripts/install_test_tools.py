"""Find the programs that tests drive, Chromium and curl, or install them: as Debian packages, else Playwright's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Do nothing where both are there."""
    missing = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium", "fonts-dejavu-core"]
    missing += [] if shutil.which("curl") else ["curl"]
    if not missing:
        return
    print(f"Installing {', '.join(missing)} for the tests")
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo"]
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", *missing]):
            subprocess.run([*prefix, "apt-get", *arguments], check=True, stdout=subprocess.DEVNULL)
    elif "chromium" in missing:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
