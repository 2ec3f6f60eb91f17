"""The batch file and its folder: what a worker made comes back bit for bit, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.montecarlo import Batch, BatchStore
from forecast.montecarlo.batch_file import decode_batch, encode_batch, join_pieces, split_pieces
from forecast.montecarlo.batches import FinishedBatch

BATCH = Batch(3, 6)
PARTS = [b"", b"one\n", bytes(range(256)) * 3]


def parts_of(finished: FinishedBatch | None) -> list[bytes] | None:
    return finished and [bytes(part) for part in finished.parts]


def test_parts_come_back_bit_for_bit() -> None:
    finished = decode_batch(BATCH, encode_batch(PARTS))
    assert parts_of(finished) == PARTS
    assert finished is not None
    assert (finished.batch, finished.file) == (BATCH, encode_batch(PARTS))


def test_any_changed_bit_is_noticed() -> None:
    data = encode_batch(PARTS)
    for place in range(len(data)):
        assert decode_batch(BATCH, data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]) is None, place
    for damaged in (data[:-1], data + b"x", b"", data[:20]):
        assert decode_batch(BATCH, damaged) is None


@pytest.mark.parametrize("length", [1, 5000, 20_000])
def test_pieces_come_back_with_their_head(length: int) -> None:
    head = {"name": "x" * length}
    found, pieces = split_pieces(join_pieces(head, PARTS))
    assert found == head
    assert [bytes(piece) for piece in pieces] == PARTS


def test_a_store_knows_what_lies_in_its_folder(tmp_path: Path) -> None:
    store = BatchStore(tmp_path / "nowhere")
    assert (store.replications(), store.load(BATCH)) == (0, None)
    (tmp_path / "nowhere").mkdir()
    store.save(FinishedBatch(BATCH, PARTS, encode_batch(PARTS)))
    (tmp_path / "nowhere" / "notes.batch").touch()
    again = BatchStore(tmp_path / "nowhere")
    assert (again.batches, again.replications()) == ({BATCH}, 3)
    assert parts_of(again.load(BATCH)) == PARTS
    assert again.load(Batch(3, 5)) is None
    again.path(BATCH).write_bytes(b"half")
    assert again.load(BATCH) is None
    assert again.replications() == 0
