"""A file is there whole or not at all."""

import pytest

from keras_gan._atomic_write import replacing, write_text


class Killed(BaseException):
    """Stands for a process that is gone."""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole_or_left_alone(tmp_path):
    path = tmp_path / "file.txt"
    write_text(path, "one")
    with pytest.raises(Killed):
        _half_written(path)
    assert path.read_text() == "one"
    assert names(tmp_path) == ["file.txt"]


def _half_written(path):
    with replacing(path) as temporary:
        temporary.write_text("half of tw")
        raise Killed


def test_a_temporary_file_keeps_the_endings(tmp_path):
    with replacing(tmp_path / "a.weights.h5") as temporary:
        assert temporary.name.endswith(".weights.h5")
        temporary.touch()


def test_a_folder_is_there_only_when_all_of_it_is(tmp_path):
    with replacing(tmp_path / "model") as temporary:
        (temporary / "variables").mkdir(parents=True)
        (temporary / "variables" / "data").write_text("weights")
        assert not (tmp_path / "model").exists()
    assert (tmp_path / "model" / "variables" / "data").read_text() == "weights"
    assert names(tmp_path) == ["model"]


def test_a_folder_that_is_half_written_is_removed(tmp_path):
    with pytest.raises(Killed):
        _half_written_folder(tmp_path / "model")
    assert names(tmp_path) == []


def _half_written_folder(path):
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "data").write_text("half")
        raise Killed


def test_an_error_names_the_file_that_was_to_be_written(tmp_path):
    with pytest.raises(OSError, match=r"'.*/missing/file\.txt'") as caught:
        write_text(tmp_path / "missing" / "file.txt", "one")
    assert caught.value.filename == str(tmp_path / "missing" / "file.txt")


def test_an_error_of_a_file_that_is_read_names_that_file(tmp_path):
    with (
        pytest.raises(FileNotFoundError) as caught,
        replacing(tmp_path / "copy") as temporary,
    ):
        temporary.write_text((tmp_path / "original").read_text())
    assert caught.value.filename == str(tmp_path / "original")
