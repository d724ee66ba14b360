"""A headless Chromium over its debugging pipe: real widths, dark mode, screenshots."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)

# Chromium reads commands on descriptor 3 and answers on 4; a small program puts our pipes there and becomes it.
LAUNCH = """
import os, sys
pipes = [os.dup(int(pipe)) for pipe in sys.argv[1:3]]
for target, pipe in zip((3, 4), pipes):
    os.dup2(pipe, target)
    os.set_inheritable(target, True)
os.execv(sys.argv[3], sys.argv[3:])
"""


def chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One tab. ``folder`` keeps its profile; the browser ends with the ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._calls = 0
        self._buffer = b""

    def __enter__(self) -> Browser:
        read_there, self._out = os.pipe()
        self._in, write_there = os.pipe()
        flags = [*FLAGS, f"--user-data-dir={self._folder}", "about:blank"]
        command = [sys.executable, "-S", "-c", LAUNCH, str(read_there), str(write_there), chromium(), *flags]
        self._child = subprocess.Popen(command, pass_fds=(read_there, write_there), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_there)
        os.close(write_there)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        self.call("Browser.close", of_page=False)
        os.close(self._out)
        os.close(self._in)
        self._child.wait(timeout=20)

    def call(self, method: str, *, of_page: bool = True, **params: Any) -> dict[str, Any]:
        self._calls += 1
        session = getattr(self, "_session", None) if of_page else None
        message = {"id": self._calls, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def show(self, html: str, width: int, *, dark: bool = False) -> None:
        """Lay ``html`` out as a mail program of ``width`` CSS pixels would."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=True)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def value(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def screenshot(self, file: Path) -> None:
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": self.value("innerWidth"), "height": self.value("document.documentElement.scrollHeight"), "scale": 1,
        })
        file.write_bytes(base64.b64decode(shot["data"]))
