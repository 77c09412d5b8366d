"""Writes docs/errors.md: `python -m ioc_pipeline.domain.messages > docs/errors.md`."""

from ioc_pipeline.domain.messages.by_code import MESSAGES


def as_markdown() -> str:
    """The page docs/errors.md: every code, what it says and what to do."""
    lines = [
        "# Why a file came back",
        "",
        "Generated from `domain/messages/` by `python -m ioc_pipeline.domain.messages`; do not edit.",
        "",
        "| code | meaning | says to the department | expected | how to mend it |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{code}` | {message.english} | {message.says} | {message.expected} | {message.fix} |"
        for code, message in sorted(MESSAGES.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
