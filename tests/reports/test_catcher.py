"""The mail catcher as a process and in a thread, spoken to by the standard library's client."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from reports.catcher import Catcher

ROOT = Path(__file__).resolve().parents[2]


def mail(identity="<one@test.example>", to="boss@client.example", html="<p>周报</p>") -> EmailMessage:
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"] = "reports@daiyun.example", to, "周报"
    if identity:
        made["Message-ID"] = identity
    made.set_content("plain\n.dot", cte="base64", charset="utf-8")
    made.add_alternative(html, subtype="html", cte="base64", charset="utf-8")
    return made


def send(port: int, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        for message in messages:
            smtp.send_message(message)


def test_a_message_is_kept_as_it_came_with_its_html_beside_it(tmp_path):
    with Catcher(tmp_path) as catcher:
        send(catcher.port, mail())
    eml, html = next(tmp_path.glob("*.eml")), next(tmp_path.glob("*.html"))
    assert eml.stem == html.stem
    assert eml.name.startswith("boss@client.example-")
    assert message_from_bytes(eml.read_bytes(), policy=policy.default)["Subject"] == "周报"
    assert html.read_text(encoding="utf-8").strip() == "<p>周报</p>"
    assert {file.suffix for file in tmp_path.iterdir()} == {".eml", ".html"}


def test_the_same_message_again_takes_the_first_ones_place_and_is_counted(tmp_path):
    with Catcher(tmp_path) as catcher:
        send(catcher.port, mail(), mail(), mail(), mail("<two@test.example>"))
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert [file.read_text() for file in tmp_path.glob("*.repeats")] == ["2"]


def test_messages_without_an_id_are_kept_apart_by_content(tmp_path):
    with Catcher(tmp_path) as catcher:
        send(catcher.port, mail(None), mail(None, html="<p>other</p>"))
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_recipient_cannot_choose_a_folder(tmp_path):
    folder = tmp_path / "mail"
    with Catcher(folder) as catcher, smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as smtp:
        smtp.sendmail("a@b.example", ['"../../../up/"@c.example'], mail().as_bytes())
    assert {file.parent for file in tmp_path.rglob("*") if file.is_file()} == {folder}


def test_as_a_process_it_says_where_it_listens_and_ends_on_sigterm(tmp_path):
    command = [sys.executable, "-m", "reports.catcher", "--folder", str(tmp_path / "mail"), "--port", "0", "--json"]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        facts = json.loads(child.stdout.readline())
        assert set(facts) == {"host", "port", "folder"}
        send(facts["port"], mail())
        assert len(list(Path(facts["folder"]).glob("*.eml"))) == 1
        with smtplib.SMTP("127.0.0.1", facts["port"], timeout=10):  # a client that is still connected does not hold it
            child.send_signal(signal.SIGTERM)
            _, complaints = child.communicate(timeout=10)
    finally:
        child.kill()
    assert (child.returncode, complaints) == (0, "")


def test_a_taken_port_is_said_plainly(tmp_path):
    with Catcher(tmp_path) as catcher:
        command = [sys.executable, "-m", "reports.catcher", "--folder", str(tmp_path), "--port", str(catcher.port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1:" in done.stderr
    assert "Traceback" not in done.stderr
