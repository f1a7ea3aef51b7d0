"""What the API is measured against: Starlette, sqlite3 and orjson, that answer the same bytes from plain tables."""

import os
import sqlite3
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LISTS = ("items", "periods", "taxa")


def keep(connection: sqlite3.Connection, number: int, body: bytes) -> None:
    """Lay an answer out as tables: a row for each item of its list, a column for each key, the rest beside."""
    data: dict[str, Any] = orjson.loads(body)
    name = next(n for n in LISTS if isinstance(data.get(n), list) and data[n] and isinstance(data[n][0], dict))
    columns = list(data[name][0])
    connection.execute(f"CREATE TABLE item_{number} (position INTEGER PRIMARY KEY, {', '.join(_quoted(columns))})")
    rows = [[n, *(_cell(item[c]) for c in columns)] for n, item in enumerate(data[name])]
    connection.executemany(f"INSERT INTO item_{number} VALUES ({', '.join('?' * (len(columns) + 1))})", rows)
    nested = [c for c in columns if any(isinstance(item[c], dict | list | bool) for item in data[name])]
    rest = {key: value for key, value in data.items() if key != name}
    head = orjson.dumps({"list": name, "nested": nested, "keys": list(data), "rest": rest})
    connection.execute("INSERT INTO answer VALUES (?, ?)", (number, head))


def _quoted(columns: list[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def _cell(value: Any) -> Any:
    return orjson.dumps(value) if isinstance(value, dict | list | bool) else value


def answer_of(connection: sqlite3.Connection, number: int) -> bytes:
    """The bytes of an answer, read row by row."""
    (text,) = connection.execute("SELECT head FROM answer WHERE number = ?", (number,)).fetchone()
    head = orjson.loads(text)
    cursor = connection.execute(f"SELECT * FROM item_{number} ORDER BY position")
    columns = [part[0] for part in cursor.description][1:]
    items = [dict(zip(columns, row[1:], strict=True)) for row in cursor]
    for column in head["nested"]:
        for item in items:
            item[column] = orjson.Fragment(item[column]) if isinstance(item[column], bytes) else item[column]
    return orjson.dumps({key: items if key == head["list"] else head["rest"][key] for key in head["keys"]})


def create_app() -> Starlette:
    """Answers `/answers/N`, and `/unchanged` with a bare 304."""
    connection = sqlite3.connect(os.environ["BARE_DB"], check_same_thread=False)

    async def answers(request: Request) -> Response:
        return Response(answer_of(connection, request.path_params["number"]), media_type="application/json")

    async def unchanged(request: Request) -> Response:
        return Response(status_code=304, headers={"ETag": '"x"'})

    return Starlette(routes=[Route("/answers/{number:int}", answers), Route("/unchanged", unchanged)])
