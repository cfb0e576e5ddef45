"""Every cause has a code of its own and a sentence that says what to do."""

from streams.runtime.exit_codes import ADVICE, ExitCode


def test_every_code_has_one_sentence_of_advice() -> None:
    assert set(ADVICE) == set(ExitCode)
    for text in ADVICE.values():
        assert text
        assert not text.endswith("."), "the message adds it"


def test_codes_are_distinct_and_none_is_a_shell_or_command_code() -> None:
    values = [int(code) for code in ExitCode]
    assert len(set(values)) == len(values)
    assert min(values) == 71
    assert max(values) < 126
