#!/usr/bin/env python3
"""A client in Python, with its standard library alone: watches a site by server-sent events, and sends commands.

    export EDGE=https://edge.example SITE=hq TOKEN=…
    python3 pbxis.py watch --queues support --agents '*'
    python3 pbxis.py command type=originate agent=1001 to=14155550100
"""

import argparse
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

# The site sends a heartbeat every 15 s; a stream without any is dead.
SILENCE_SECONDS = 45


class Site:
    def __init__(self, url, site, token):
        self._base = f"{url.rstrip('/')}/v1/sites/{urllib.parse.quote(site, safe='')}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def frames(self, **query):
        """Yields frames (PROTOCOL.md, section 5) for ever. After a disconnection it resumes: nothing is lost, nothing
        comes twice. Raises HTTPError if the site refuses."""
        cursor, failures = None, 0
        while True:
            try:
                for cursor, frame in self._stream(query, cursor):
                    failures = 0
                    yield frame
            except urllib.error.HTTPError as error:
                # What is wrong with the request itself stays wrong.
                if error.code < 500 and error.code != 429:
                    raise
            except (OSError, ValueError):
                # The connection broke, perhaps in the middle of a frame.
                pass
            failures += 1
            time.sleep(random.uniform(0.5, 1) * min(30, 2**failures))

    def _stream(self, query, cursor):
        headers = {**self._headers, "Accept": "text/event-stream"}
        if cursor is not None:
            headers["Last-Event-ID"] = cursor
        request = urllib.request.Request(f"{self._base}/events?{urllib.parse.urlencode(query)}", headers=headers)
        with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as response:
            event_id = data = None
            for line in (raw.decode().rstrip("\r\n") for raw in response):
                name, _, value = line.partition(":")
                if name == "id":
                    event_id = value.strip()
                elif name == "data":
                    data = value
                elif line == "" and data is not None:
                    yield event_id, json.loads(data)
                    data = None

    def command(self, fields, key=None, attempts=4):
        """Returns the outcome (CM11). A request that got no answer is repeated with the same key, which carries the
        command out at most once (CM12)."""
        headers = {
            **self._headers,
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        body = urllib.parse.urlencode(fields).encode()
        for attempt in range(attempts):
            request = urllib.request.Request(f"{self._base}/commands", body, headers)
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                outcome = json.load(error)
                # With an id it is the command's own outcome, which stays; the rest of these may pass.
                if error.code not in (429, 500, 503, 504) or "commandId" in outcome or attempt == attempts - 1:
                    return {"status": "failed", **outcome}
            except OSError:
                if attempt == attempts - 1:
                    raise
            time.sleep(random.uniform(0.5, 1) * 2**attempt)


def watch(site, query):
    for frame in site.frames(**query):
        if frame["type"] in ("snapshot", "link"):
            print(f"link {frame['link']}", flush=True)
        for event in frame.get("events", []):
            details = {name: value for name, value in event.items() if name not in ("type", "at")}
            print(event["type"], json.dumps(details, ensure_ascii=False), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    watching = actions.add_parser("watch", help="print every event")
    watching.add_argument("--agents", help="ids, with commas between, or *")
    watching.add_argument("--queues", help="names, with commas between, or *")
    commanding = actions.add_parser("command", help="send one command and print its outcome")
    commanding.add_argument("fields", nargs="+", metavar="name=value")
    commanding.add_argument("--key", help="the same for the same click")
    arguments = parser.parse_args()
    try:
        site = Site(os.environ["EDGE"], os.environ["SITE"], os.environ["TOKEN"])
    except KeyError as missing:
        parser.error(f"{missing.args[0]} is not set")
    try:
        if arguments.action == "watch":
            query = {"agents": arguments.agents, "queues": arguments.queues}
            watch(site, {name: value for name, value in query.items() if value is not None})
        outcome = site.command(dict(field.partition("=")[::2] for field in arguments.fields), arguments.key)
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.code}: {error.read().decode()}")
    except OSError as error:
        sys.exit(f"the site cannot be reached: {error}")
    print(json.dumps(outcome))
    sys.exit(0 if outcome["status"] == "done" else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
