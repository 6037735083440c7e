"""The page of the logs that engines run by hand left."""

from tests.engines import log


def test_the_page_is_what_the_records_say():
    assert log.page() == log.PAGE.read_text("utf-8")


def test_a_log_keeps_what_happened_and_not_what_frameworks_say(tmp_path):
    told = log.Log(tmp_path)
    told.say("$ sbatch train.sbatch")
    told.add(
        "slurm-1.out",
        f"\x1b[36m(worker pid=7)\x1b[0m folder {tmp_path}/runs/a\n"
        "W1129 21:36:06.220000 14365 torch/api.py:753] closing\n"
        "(worker pid=7) Check health not enabled.\n"
        "Traceback (most recent call last):\n"
        '  File "x.py", line 8\n'
        "SignalException: signal 15\n" + "x" * 200,
    )
    told.end("slurm-wlm 22.05.8")
    lines = told.text().splitlines()
    assert lines[0].endswith(" s  $ sbatch train.sbatch")
    assert lines[4:7] == [
        "(worker pid=7) folder ./runs/a",
        "SignalException: signal 15",
        "x" * log.WIDEST + " ...",
    ]
    assert "equal to the bit" in lines[8]
