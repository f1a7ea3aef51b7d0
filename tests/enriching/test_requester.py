"""The requester: what it sends, when, how often, and what it says when it gives up."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import make_world
from wamkg.enriching import probe
from wamkg.enriching.client import S2Client, decode_json
from wamkg.enriching.failures import (
    AccessDeniedError,
    RateLimitedError,
    RequestRejectedError,
    ResponseTooLargeError,
    RetriesExhaustedError,
    ServiceUnreachableError,
    UnknownRecordError,
)
from wamkg.enriching.rate_limiter import RateLimiter
from wamkg.enriching.requester import Requester, RequestLimits, retry_after
from wamkg.errors import JobCancelledError
from wamkg.store.migrate import migrate
from wamkg.store.rate_limit import LONGEST_HOLD, acquire_slot, block_requests
from wamkg.store.session import Store
from wamkg.store.tables import RateLimit
from wamkg.vocabulary import TaskKind

Answer = tuple[int, dict[str, str], bytes]


class Service:
    """A server that gives the answers it was told to, one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [(200, {}, b"{}")]
        self.requests: list[tuple[float, str, dict[str, str], int]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.requests.append((time.monotonic(), self.path, headers, self.client_address[1]))
                answers = service.answers
                status, more, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | more).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'pace.db'}")
    migrate(made)
    yield made
    made.close()


class Clockwork:
    """Stands in for sleeping: notes how long it was asked to, and sleeps no longer than it must."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        time.sleep(min(seconds, 0.01))


Ask = Callable[[], Any]


def requester(service: Service, store: Store, wait: Callable[[float], None] = time.sleep, **limits: Any) -> Requester:
    given: dict[str, Any] = {"timeout": 1.0, "attempts": 3, "backoff": 0.01} | limits
    pacer = RateLimiter(store, "Service", 1_000.0, wait)
    return Requester(
        "Service", service.url, {"x-api-key": "a-key"}, pacer, RequestLimits(**given), key_setting="WAMKG_KEY"
    )


def ask(made: Requester, path: str = "/x") -> Any:
    return made.ask("GET", made.origin + path, decode_json)


class TestSent:
    def test_the_key_goes_with_every_call_the_clients_own_too(self, service: Service, lite: Store) -> None:
        client = S2Client(requester(service, lite))
        service.answers = [(200, {}, b'{"offset": 0, "data": []}')] * 2 + [(200, {}, b'{"data": [{"title": "T"}]}')]
        client.page(TaskKind.CITATIONS, "ARXIV:2401.00001", 0, 100)
        client.page(TaskKind.REFERENCES, "ARXIV:2401.00001", 0, 100)
        assert client.match_title("T & 50% of it?") == {"title": "T"}
        assert [headers.get("x-api-key") for _, _, headers, _ in service.requests] == ["a-key"] * 3
        assert "query=T%20%26%2050%25%20of%20it%3F&" in service.requests[2][1]

    def test_one_connection_serves_many_requests(self, service: Service, lite: Store) -> None:
        made = requester(service, lite)
        for _ in range(5):
            ask(made)
        assert len({port for *_, port in service.requests}) == 1


class TestFinal:
    @pytest.mark.parametrize(
        ("status", "body", "error", "words"),
        [
            (400, b'{"error": "Unsupported fields: [x]"}', RequestRejectedError, "Unsupported fields"),
            (401, b"{}", AccessDeniedError, "denied access .401.*; check WAMKG_KEY"),
            (403, b'{"message": "Forbidden"}', AccessDeniedError, "Forbidden"),
            (404, b'{"error": "Paper not found"}', UnknownRecordError, "Paper not found"),
            (
                400,
                b'{"error": "Response would exceed maximum size"}',
                ResponseTooLargeError,
                "the request was too large",
            ),
            (413, b"", ResponseTooLargeError, "413"),
            (301, b"", RequestRejectedError, "301"),
        ],
    )
    def test_a_final_answer_is_not_asked_for_again(
        self, service: Service, lite: Store, status: int, body: bytes, error: type[Exception], words: str
    ) -> None:
        service.answers = [(status, {}, body)]
        with pytest.raises(error, match=words):
            ask(requester(service, lite))
        assert len(service.requests) == 1

    def test_a_service_without_keys_names_none(self, service: Service, lite: Store) -> None:
        service.answers = [(403, {}, b"blocked")]
        made = requester(service, lite)
        made.key_setting = ""
        with pytest.raises(AccessDeniedError, match=r"Service denied access \(403: blocked\); it takes no key"):
            ask(made)

    def test_an_answer_over_the_limit_is_refused(self, service: Service, lite: Store) -> None:
        service.answers = [(200, {}, b"[" + b" " * 10_000 + b"]")]
        with pytest.raises(ResponseTooLargeError, match="more than 5,000 bytes"):
            ask(requester(service, lite, max_bytes=5_000))

    def test_html_is_not_quoted(self, service: Service, lite: Store) -> None:
        service.answers = [(404, {}, b"<html><body>secret of the gateway</body></html>")]
        with pytest.raises(UnknownRecordError) as caught:
            ask(requester(service, lite))
        assert "html" not in str(caught.value)


class TestPassing:
    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_a_passing_failure_is_asked_again(self, service: Service, lite: Store, status: int) -> None:
        service.answers = [(status, {}, b"<html>"), (200, {}, b'{"well": 1}')]
        assert ask(requester(service, lite)) == {"well": 1}
        assert len(service.requests) == 2

    @pytest.mark.parametrize("body", [b"", b'{"cut', b"<html>", b'{"error": "x"}'])
    def test_an_answer_cut_short_is_asked_again(self, service: Service, lite: Store, body: bytes) -> None:
        service.answers = [(200, {}, body), (200, {}, b'{"well": 1}')]
        assert ask(requester(service, lite)) == {"well": 1}

    def test_it_gives_up_after_so_many_tries(self, service: Service, lite: Store) -> None:
        service.answers = [(503, {}, b"")]
        with pytest.raises(RetriesExhaustedError, match="failed in 3 tries; the last time: it answered 503"):
            ask(requester(service, lite))
        assert len(service.requests) == 3

    def test_pauses_grow_and_are_not_the_same(self, service: Service, lite: Store) -> None:
        service.answers = [(500, {}, b"")]
        wait = Clockwork()
        with pytest.raises(RetriesExhaustedError):
            ask(requester(service, lite, wait, attempts=8, backoff=1.0))
        pauses = [seconds for seconds in wait.waited if seconds > 0.02]
        assert len(set(pauses)) == len(pauses) and max(pauses) <= 60

    def test_retry_after_is_kept_and_holds_every_process_back(self, service: Service, lite: Store) -> None:
        service.answers = [(429, {"Retry-After": "1"}, b""), (200, {}, b"{}")]
        other = RateLimiter(lite, "Service", 1_000.0)
        began = time.monotonic()
        ask(requester(service, lite))
        first, second = (at for at, *_ in service.requests)
        assert second - first >= 1.0 and time.monotonic() - began < 5
        block_requests(lite, "Service", 0.5)
        asked = time.monotonic()
        other.take_turn()
        assert time.monotonic() - asked >= 0.45

    def test_too_long_a_wait_ends_the_run(self, service: Service, lite: Store) -> None:
        service.answers = [(429, {"Retry-After": "7200"}, b"")]
        made = requester(service, lite)
        with pytest.raises(RateLimitedError, match="2:00:00; nothing is lost"):
            ask(made)
        with pytest.raises(RateLimitedError):
            ask(made)
        assert len(service.requests) == 1, "the second time it does not even ask"

    def test_no_connection_is_named(self, service: Service, lite: Store) -> None:
        made = requester(service, lite)
        service.http.shutdown()
        service.http.server_close()
        with pytest.raises(ServiceUnreachableError, match=f"cannot be reached at {service.url}"):
            ask(made)


def test_a_host_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.2)
    with ExitStack() as stack:
        silent = stack.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for _ in range(3):  # the queue is full then, and a further connection waits
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        began = time.monotonic()
        with pytest.raises(ServiceUnreachableError, match=r"cannot be reached at .*; nothing was changed"):
            probe.check_reachable("Service", f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert time.monotonic() - began < 2


class TestSlowAnswers:
    """A byte now and then, each well within the time for one byte."""

    @pytest.fixture(params=["trickle head", "trickle body"])
    def slow(self, request: pytest.FixtureRequest) -> Iterator[S2Server]:
        with S2Server(make_world(1, 0), FaultPlan(lasting={("batch", "*"): request.param})) as made:
            yield made

    def requester(self, slow: S2Server, store: Store, **limits: Any) -> Requester:
        given: dict[str, Any] = {"timeout": 5.0, "attempts": 2, "backoff": 0.01} | limits
        headers = {"x-api-key": "secret-key"}
        return Requester("Service", slow.url, headers, RateLimiter(store, "Service", 1_000.0), RequestLimits(**given))

    def test_the_whole_answer_has_a_deadline(self, slow: S2Server, lite: Store) -> None:
        made = self.requester(slow, lite, total_timeout=0.4)
        began = time.monotonic()
        with pytest.raises(RetriesExhaustedError, match="failed in 2 tries; the last time: the answer took longer"):
            S2Client(made).papers(["ARXIV:2401.00001"])
        assert time.monotonic() - began < 3
        assert len(slow.log) == 2

    def test_the_sender_can_leave_at_any_point(self, slow: S2Server, lite: Store) -> None:
        made = self.requester(slow, lite, total_timeout=60.0)

        def leave() -> None:
            if slow.log:
                raise JobCancelledError("cancelled")

        made.watch = leave
        began = time.monotonic()
        with pytest.raises(JobCancelledError):
            S2Client(made).papers(["ARXIV:2401.00001"])
        assert time.monotonic() - began < 2
        made.watch = lambda: None
        slow.faults.lasting.clear()
        assert S2Client(made).papers(["ARXIV:2401.00001"]) == [None], "its connections are as good as new"


class TestPages:
    @pytest.mark.parametrize(
        ("items", "following"), [(0, 100), (0, 5), (3, 2), (3, 0), (3, 1), (3, 101), (3, 9_000), (100, 99)]
    )
    def test_a_page_that_would_repeat_skip_or_never_end_is_asked_again(
        self, service: Service, lite: Store, items: int, following: int
    ) -> None:
        bad = json.dumps({"offset": 0, "next": following, "data": [{}] * items}).encode()
        service.answers = [(200, {}, bad), (200, {}, b'{"offset": 0, "next": 100, "data": [{}]}')]
        page = S2Client(requester(service, lite)).page(TaskKind.CITATIONS, "ARXIV:2401.00001", 0, 100)
        assert page.next == 100 and len(service.requests) == 2


class TestRetryAfter:
    def test_a_date_is_read(self) -> None:
        seconds = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
        assert seconds is not None and 85 < seconds < 91

    def test_a_date_gone_by_means_now(self) -> None:
        assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0

    @pytest.mark.parametrize(
        ("text", "seconds"), [("9" * 400, 1e9), ("0\x1f", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9)]
    )
    def test_the_absurd_is_bounded(self, text: str, seconds: float) -> None:
        assert retry_after(text) == seconds

    @given(st.text())
    def test_anything_else_is_no_wait(self, text: str) -> None:
        seconds = retry_after(text)
        assert seconds is None or seconds >= 0


class TestTurns:
    def test_a_turn_is_taken_once_in_a_gap(self, store: Store) -> None:
        assert acquire_slot(store, "s", 0.5).left == 0
        left = acquire_slot(store, "s", 0.5).left
        assert 0 < left <= 0.5
        assert acquire_slot(store, "another", 0.5).left == 0

    def test_a_longer_hold_stays(self, store: Store) -> None:
        block_requests(store, "s", 100)
        block_requests(store, "s", 1)
        assert acquire_slot(store, "s", 0.5).left > 90

    def test_a_clock_set_back_does_not_stop_everything(self, store: Store) -> None:
        acquire_slot(store, "s", 0.5)
        with store.writing() as session:
            row = session.exec(select(RateLimit)).one()
            row.next_at += 10 * LONGEST_HOLD
            session.add(row)
        assert acquire_slot(store, "s", 0.5).left == 0

    def test_the_gap_is_counted_from_when_a_request_went_out(self, store: Store) -> None:
        pacer = RateLimiter(store, "s", 1.0)
        pacer.take_turn()
        time.sleep(0.2)
        pacer.begin()
        pacer.sent()
        assert acquire_slot(store, "s", 1.0).left > 1.0

    def test_a_turn_that_was_slept_through_is_lost_to_another(self, store: Store) -> None:
        sleeper, other = RateLimiter(store, "s", 10.0), RateLimiter(store, "s", 10.0)
        sleeper.take_turn()
        time.sleep(sleeper.gap)
        other.take_turn()
        other.begin()
        other.sent()
        sent = time.monotonic()
        sleeper.begin()
        assert time.monotonic() - sent >= 0.1
        sleeper.sent()

    def test_many_at_once_keep_their_distance(self, store: Store) -> None:
        """Threads stand in for processes: each sends through connections of its own."""
        times: list[float] = []

        def work() -> None:
            pacer = RateLimiter(store, "s", 20.0)
            for _ in range(4):
                pacer.take_turn()
                pacer.begin()
                times.append(time.monotonic())
                pacer.sent()

        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(times) == 12
        assert min(later - sooner for sooner, later in pairwise(times)) >= 1 / 20


def test_json_is_json() -> None:
    assert decode_json(json.dumps({"a": [1]}).encode()) == {"a": [1]}
