"""
Write docs/report.png: the first screen of the report of a finished run, as Chromium shows it.

Run ``python docs/make_pictures.py runs/demo`` after ``make demo``; it needs Chromium, and asks nothing of a network.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

PICTURE = Path(__file__).with_name("report.png")
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5")


def main() -> None:
    """Read the run's folder from the command line, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--size", default="1280,1420", help="width and height of the window, in pixels")
    options = parser.parse_args()
    take(options.run / "report.html", PICTURE, options.size)
    print(PICTURE)


def take(page: Path, picture: Path, size: str) -> None:
    """
    Take a picture of a page.

    Parameters
    ----------
    page
        The page.
    picture
        Where to.
    size
        Width and height of the window.

    Raises
    ------
    SystemExit
        If there is no page or no Chromium.
    """
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no Chromium; make browser installs it.")
    if not page.is_file():
        raise SystemExit(f"There is no {page}; name the folder of a finished run, such as runs/demo.")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        command = [browser, *FLAGS, f"--window-size={size}", f"--screenshot={shot}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        shutil.copyfile(shot, picture)


if __name__ == "__main__":
    main()
