"""How a check runs and reports: a line of JSON each, {"name": …, "error": null or text}."""

import json
import traceback


def check(name):
    """Runs the function at once and reports how it went."""

    def run(function):
        try:
            function()
            error = None
        except Exception as failure:  # every kind of failure is a result here
            where = traceback.extract_tb(failure.__traceback__)[1]
            error = f"line {where.lineno}: {type(failure).__name__}: {failure}"
        print(json.dumps({"name": name, "error": error}), flush=True)

    return run


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found {str(found)[:2000]!r}, expected {str(expected)[:2000]!r}")
