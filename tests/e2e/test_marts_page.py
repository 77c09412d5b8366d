"""The questions of docs/marts.md still have the answers that are printed there."""

from pathlib import Path

from e2e.marts_page import PAGE, QUESTION, build_marts, render


def test_the_ten_questions_have_the_answers_that_are_printed(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    questions = list(QUESTION.finditer(page))
    rendered = render(page, build_marts(tmp_path / "home"))
    assert len(questions) >= 10
    assert all(question["answer"].count("\n") > 1 for question in questions), "a question without an answer"
    assert page == rendered, "run: PYTHONPATH=tests python -m e2e.marts_page"
