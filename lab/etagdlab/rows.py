# SPDX-License-Identifier: MIT
"""rows: the shape of the report's data, which is also its JSON: what evidence,
matrix and the capture put in, and what the report's parts read."""
from typing import NotRequired, TypedDict


class Exchange(TypedDict):
    """One request for a resource, by the log and by the capture."""
    status: int | None
    bytes: int | None
    reason: str | None
    us: int | None
    time: float
    worker: int | None
    connection: int | None
    request: int | None
    port: int
    stream: int | None
    packet: int | None
    answer_packet: int | None
    asked: dict[str, str]


class Resource(TypedDict):
    """A part of a page, in one visit."""
    path: str
    kind: str
    wire: list[Exchange]
    browser: str | None       # what its timing comes to
    transfer: int | None
    source: str
    agree: bool | None        # None: nobody can tell
    outcome: str
    why: str
    older: NotRequired[int]   # the step that has changed the file since


class Step(TypedDict):
    word: str
    text: str
    meaning: str
    note: str
    skipped: str
    failed: str
    begin: float
    end: float
    ports: list[int]
    clock: str
    restored: NotRequired[bool]        # from here on: of a step that loads
    resources: NotRequired[list[Resource]]
    captured: NotRequired[int]
    logged: NotRequired[int]
    screenshot: NotRequired[str]


class Packet(TypedDict):
    """One of the capture."""
    no: int
    time: float
    since: float              # the capture's first packet
    source: str
    destination: str
    protocol: str
    length: int
    info: str
    stream: int
    client: bool
    flags: str
    data: int
    seq: int
    ack: int
    win: int
    again: bool
    states: list[str] | None
    comments: list[str]


class Told(TypedDict):
    """What stands in for packets where there is no capture: whole messages."""
    no: None
    time: float
    since: float
    protocol: str
    info: str
    client: bool
    flags: str
    data: int
    states: None
    comments: list[str]
    made: bool                # it must have been; its time is not known


class Request(TypedDict):
    line: str
    status: int | None
    begin: float
    end: float | None
    seen: NotRequired[bool]


class Offer(TypedDict):
    """One end's SYN."""
    isn: int
    packet: int
    window: int
    options: list[str]


class Manner(TypedDict):
    """How a connection was closed: three or four packets, half, by a reset,
    by both at once; or open still."""
    kind: str
    first: str
    other: str
    fin: int                  # packets
    ack: int
    second: int
    gap: float                # in ms
    late: int                 # bytes behind the first FIN


class Tcp(TypedDict):
    client: Offer | None
    server: Offer | None
    close: list[int]
    manner: Manner | None


class Stream(TypedDict):
    index: int
    port: int
    worker: int | None
    connection: int | None
    end_why: str | None
    first_closer: str | None
    begin: float
    end: float
    reset: bool
    unused: bool
    requests: list[Request]
    tcp: NotRequired[Tcp]              # with a capture
    pipelined: NotRequired[int]
    told: NotRequired[list[Told]]      # without one


class Agreement(TypedDict):
    logged: int
    captured: int
    wrong: list[str]
    worst_ms: float


class Cell(TypedDict):
    got: str
    expected: str
    browser: str | None
    agree: bool | None


class MatrixRow(TypedDict):
    label: str
    rule: str
    cells: list[Cell]


class Matrix(TypedDict):
    actions: list[str]
    rows: list[MatrixRow]
    cells: int
    differ: int
    witnesses_differ: int


class Ini(TypedDict):
    name: str
    text: str
    used: str
    overrides: list[str]


class Capture(TypedDict):
    way: str | None
    why_not: str | None
    grant: tuple[str, bool] | None     # the command, and to log in again
    dropped: int | None
    whole: bool | None


class Message(TypedDict):
    """A head as it crossed the wire."""
    seen: bool
    line: str
    fields: list[list[str]]            # name, value
    head: int
    content: int
    packets: list[int]        # the first and the last


class Asking(TypedDict):
    """A request and its response, field by field."""
    stream: int
    port: int
    request: int
    asked: Message
    answered: Message | None


class Answered(TypedDict):
    """One that was answered."""
    stream: int
    port: int
    request: int
    asked: Message
    answered: Message


class Listing(TypedDict):
    command: str
    lines: list[str]
    more: int


class Waiting(TypedDict):
    """An end in TIME-WAIT."""
    end: str
    port: int
    since: float | None
    seen: float
    left: float
    whole: float | None
    gone: float | None


class TimeWait(TypedDict):
    fin_timeout: int | None
    reuse: int | None
    listing: Listing | None
    fixed: int
    ends: list[Waiting]


class Source(TypedDict):
    """The page as it was written."""
    name: str
    text: str
    bytes: int
    cut: bool


class Question(TypedDict):
    text: str
    packets: list[int]
    answer: NotRequired[str | None]


class Exercise(TypedDict):
    name: str
    title: str
    questions: list[Question]
    figures: NotRequired[bool]


class Report(TypedDict):
    format: int
    name: str
    number: str
    made: str
    seconds: float
    subject: NotRequired[str]
    page: str
    port: int
    scenario: list[str]
    ini: Ini
    steps: list[Step]
    packets: list[Packet]
    streams: list[Stream]
    agreement: Agreement | None
    exact: NotRequired[bool]
    complete: bool
    server_log: list[str]
    experiments: NotRequired[list[dict[str, str]]]
    matrix: Matrix | None
    config: str
    exchanges: list[Asking]
    time_wait: TimeWait | None
    source: NotRequired[Source | None]
    versions: dict[str, str]
    capture: Capture
    exercise: NotRequired[Exercise]
