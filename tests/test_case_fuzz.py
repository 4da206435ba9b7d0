"""Whatever a file holds, the reader answers with a case or with faults, never with a traceback."""

import string
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.faults import CaseError
from cases.load import read_case, read_compare, read_sweep
from cases.template import commented_case

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
KEYS = [
    "schema",
    "name",
    "study",
    "base",
    "case",
    "screw",
    "screws",
    "bone",
    "grid",
    "t_score",
    "preset",
    "solver",
    "x",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["compare", "sweep", "s2ai", "45 mm", "5 %", "-2", "", "..", "~"]),
    st.text(alphabet=string.printable, max_size=12),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)
TEMPLATE = commented_case("fuzz")


@pytest.fixture
def every_reader(tmp_path: Path) -> Callable[[bytes], None]:
    """Reads bytes as every kind of file; only a case or its faults may come out."""

    def read(content: bytes) -> None:
        file = tmp_path / "fuzz.yaml"
        file.write_bytes(content)
        for reader in (read_case, read_compare, read_sweep):
            with suppress(CaseError):
                reader(file)

    return read


@QUICK
@given(st.binary(max_size=400))
def test_random_bytes(every_reader: Callable[[bytes], None], content: bytes) -> None:
    every_reader(content)


@QUICK
@given(
    st.text(alphabet=st.sampled_from(list("abc:-[]{}&*!|>'\"%@`#?,~ \n\t\\0123.\u2028\u0085")), max_size=80)
)
def test_text_made_of_yaml_signs(every_reader: Callable[[bytes], None], text: str) -> None:
    every_reader(text.encode())


@QUICK
@given(TREES)
def test_any_tree_of_values(every_reader: Callable[[bytes], None], tree: object) -> None:
    # JSON is YAML, but for escapes that the two read alike
    every_reader(
        repr(tree).replace("None", "null").replace("True", "true").replace("False", "false").encode()
    )


@QUICK
@given(st.sampled_from(["compare", "sweep"]), TREES, TREES)
def test_studies_with_any_insides(
    every_reader: Callable[[bytes], None], kind: str, case: object, rest: object
) -> None:
    tree = {"schema": 1, "name": "a", "study": kind, "case": case, "screws": rest, "grid": rest}
    every_reader(
        repr(tree).replace("None", "null").replace("True", "true").replace("False", "false").encode()
    )


@settings(QUICK, max_examples=60)
@given(st.integers(0, len(TEMPLATE) - 1), st.text(alphabet=string.printable, max_size=3), st.integers(0, 40))
def test_a_good_file_with_a_slip_of_the_pen(
    every_reader: Callable[[bytes], None], at: int, typed: str, deleted: int
) -> None:
    every_reader((TEMPLATE[:at] + typed + TEMPLATE[at + deleted :]).encode())
